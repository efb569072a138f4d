// A page under a passphrase: asks for it, and opens what seal.rs encrypted. Nothing of the batch is known before.

/** Waits for the passphrase; gives the batch. */
function unlock(sealed) {
  chooseLanguage(storedLanguage(), sealed.interface);
  translatePage();
  document.title = t("unlock.title");
  $("no-start").hidden = true;
  $("top").hidden = true;
  $("unlock").hidden = false;
  const say = (key) => {
    $("unlock-problem").hidden = !key;
    $("unlock-problem").textContent = key ? t(key) : "";
  };
  if (!globalThis.crypto?.subtle) {
    say("unlock.unsupported");
    $("unlock-go").disabled = true;
  }
  $("passphrase").focus();
  return new Promise((resolve) => {
    $("unlock-form").addEventListener("submit", async (event) => {
      event.preventDefault();
      if ($("unlock-go").disabled) return;
      $("unlock-go").disabled = true;
      $("unlock-go").textContent = t("unlock.opening");
      say("");
      let opened = null;
      try {
        const key = await keyOf(sealed, tidy($("passphrase").value));
        const head = await piece(sealed, key, 0).catch(() => null);
        if (head) opened = await batchOf(sealed, key, head);
        else say("unlock.wrong");
      } catch {
        say("unlock.damaged");
      }
      $("unlock-go").disabled = false;
      $("unlock-go").textContent = t("unlock.open");
      if (!opened) return $("passphrase").select();
      $("passphrase").value = "";
      $("unlock").remove();
      $("top").hidden = false;
      resolve(opened);
    });
  });
}

/** The language chosen on this page before; there is no other setting to read yet. */
function storedLanguage() {
  try {
    return (JSON.parse(localStorage.getItem("second-ear/settings")) || {}).language;
  } catch {
    return undefined;
  }
}

const bytesOf = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

async function keyOf(sealed, passphrase) {
  const typed = new TextEncoder().encode(passphrase);
  const material = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  const how = { name: "PBKDF2", hash: "SHA-256", salt: bytesOf(sealed.salt), iterations: sealed.rounds };
  return crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["decrypt"]);
}

/** Piece n; its number is the end of its nonce. */
async function piece(sealed, key, n) {
  const iv = new Uint8Array(12);
  iv.set(bytesOf(sealed.nonce));
  new DataView(iv.buffer).setUint32(8, n);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, bytesOf(sealed.pieces[n]));
  return JSON.parse(new TextDecoder().decode(plain));
}

/** The batch and its clips; the last piece says how many there are. */
async function batchOf(sealed, key, head) {
  const items = [];
  const last = sealed.pieces.length - 1;
  for (let n = 1; n < last; n++) items.push(await piece(sealed, key, n));
  if ((await piece(sealed, key, last)).items !== items.length) throw new Error("pieces are missing");
  return { ...head, items, sealed: true };
}
