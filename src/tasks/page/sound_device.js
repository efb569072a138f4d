// Whether there is anything to hear with. Chrome plays into nothing where no device is, and says so only in its list of devices;
// other browsers keep outputs off the list until asked, so there only a sound that stands still tells (player.js).
const soundDevice = (() => {
  let missing = false;
  const media = navigator.mediaDevices;
  const lists = "chrome" in window && media && typeof media.enumerateDevices === "function";

  /** Looks again; gives whether a device may be there. */
  async function look() {
    if (!lists) return true;
    try {
      missing = !(await media.enumerateDevices()).some(({ kind }) => kind === "audiooutput");
    } catch {
      missing = false;
    }
    return !missing;
  }

  if (lists) media.addEventListener("devicechange", look);
  look();
  return { look, there: () => !missing };
})();
