# A small image with the program, for docs/workers/kubernetes.yaml and by hand. Built from a git checkout:
#   docker build -t second-ear:0.1 .
#   docker run --rm -v second-ear-models:/models -v "$PWD:/data" second-ear:0.1 run calls
FROM rust:1.95-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends cmake python3 python3-pip python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY . .
RUN scripts/package --no-test && mkdir /image && tar -xzf dist/second-ear-*.tar.gz -C /image --strip-components=1

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --create-home second-ear \
    && install -d -o second-ear -g second-ear /models /data
COPY --from=build /image /usr/local
ENV SECOND_EAR_MODELS=/models
USER 10001
WORKDIR /data
ENTRYPOINT ["second-ear"]
