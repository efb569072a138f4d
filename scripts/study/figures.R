# Redoes figures of the report from the tables of `second-ear study`, with R alone.
#
# usage: Rscript figures.R STUDY [PICTURE.pdf]
# Prints one line per number: its place in `report --json`, and its value to six decimals.

arguments <- commandArgs(trailingOnly = TRUE)
study <- arguments[1]

# An empty cell is missing; a text like "NA" is a text.
table_of <- function(name) {
  rows <- read.csv(file.path(study, paste0(name, ".csv")), na.strings = "", encoding = "UTF-8", colClasses = NA)
  for (column in names(rows)) {
    if (is.character(rows[[column]]) && all(rows[[column]] %in% c("true", "false", NA))) {
      rows[[column]] <- rows[[column]] == "true"
    }
  }
  rows
}

clopper_pearson <- function(part, of) {
  c(
    low = if (part > 0) qbeta(0.025, part, of - part + 1) else 0,
    high = if (part < of) qbeta(0.975, part + 1, of - part) else 1
  )
}

clips <- merge(table_of("decisions"), table_of("clips"), by = "clip")
settled <- table_of("settled")[, c("clip", "errors", "reference_words")]
clips <- merge(clips, settled, by = "clip", all.x = TRUE)
clips$region[is.na(clips$region)] <- "unknown"
kept <- clips[clips$decision != "dropped", ]
numbers <- list()

# How many clips a person reviews: of all, and by region.
people_share <- function(rows, place) {
  part <- sum(rows$decision == "human")
  ends <- clopper_pearson(part, nrow(rows))
  values <- list(part / nrow(rows), ends[["low"]], ends[["high"]])
  setNames(values, paste0(place, "/human/clips/", c("share", "low", "high")))
}
numbers <- c(numbers, people_share(kept, ""))
for (region in sort(unique(kept$region))) {
  numbers <- c(numbers, people_share(kept[kept$region == region, ], paste0("/by_region/", region)))
}

# Settled clips that a person was to review stand for 1 / inclusion clips, and for the unsettled ones of their part. Of a
# model that is no longer in use only what people were given is left: it stands for itself.
human <- clips[clips$decision == "human", ]
human$cell <- paste(human$current, ifelse(!human$current & human$part == "accepted", "reasons", human$part))
human$inclusion[!human$current] <- 1
of_cell <- function(x) ave(x, human$cell, FUN = sum)
human$weight <- of_cell(rep(1, nrow(human))) / of_cell(as.numeric(!is.na(human$errors))) / human$inclusion
human <- human[!is.na(human$errors), ]

# Word error rate of the drafts that nobody reviews, from the audits: Hajek's ratio, Poisson sampling.
audits <- human[human$part == "accepted" & human$current, ]
pi_of <- 1 / audits$weight
words <- sum(audits$reference_words / pi_of)
rate <- sum(audits$errors / pi_of) / words
residual <- audits$errors - rate * audits$reference_words
variance <- sum((1 - pi_of) / pi_of^2 * residual^2) / words^2
half <- qt(0.975, nrow(audits) - 1) * sqrt(variance)
numbers[["/residual_error/wer/value"]] <- rate
numbers[["/residual_error/wer/low"]] <- max(rate - half, 0)
numbers[["/residual_error/wer/high"]] <- rate + half

# How well the score tells drafts without error from others.
scored <- human[human$part != "no_speech" & !is.na(human$score), ]
good <- scored$errors == 0
pairs <- outer(scored$weight[good], scored$weight[!good])
difference <- outer(scored$score[good], scored$score[!good], "-")
numbers[["/score/auroc/value"]] <- sum(pairs * ((sign(difference) + 1) / 2)) / sum(pairs)
numbers[["/score/brier/value"]] <- sum(scored$weight * (scored$score - good)^2) / sum(scored$weight)

# People's active minutes for an hour of audio reviewed once.
answers <- table_of("answers")
timed <- merge(answers[answers$current & !is.na(answers$active_seconds), ], kept, by = "clip")
numbers[["/cost/minutes_per_reviewed_hour/value"]] <- (sum(timed$active_seconds) / 60) / (sum(timed$seconds) / 3600)

cat("place,value\n")
for (place in names(numbers)) cat(sprintf("%s,%.6f\n", place, numbers[[place]]))

if (length(arguments) > 1) {
  regions <- sort(unique(kept$region))
  of <- function(name) sapply(regions, function(r) numbers[[paste0("/by_region/", r, "/human/clips/", name)]])
  pdf(arguments[2], width = 6, height = 3)
  par(mar = c(4, 8, 1, 1))
  at <- seq_along(regions)
  plot(of("share"), at, xlim = c(0, 1), yaxt = "n", ylab = "", xlab = "share of clips for people", pch = 19)
  axis(2, at, regions, las = 1)
  segments(of("low"), at, of("high"), at)
  invisible(dev.off())
}
