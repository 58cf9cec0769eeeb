(() => {
  "use strict";
  const byId = (id) => document.getElementById(id);
  const play = byId("play"), seek = byId("seek"), clock = byId("clock"), trouble = byId("trouble");
  const tally = byId("tally"), blind = byId("blind");
  const sides = Array.from(document.querySelectorAll("[data-side]"));
  const picks = Array.from(document.querySelectorAll("[data-pick]"));
  const FADE_S = 0.015;
  let context = null, buffers = null, voices = null, loading = null;
  let startedAt = 0, offset = 0, playing = false, chosen = "after", drawn = 0;
  let hidden = shuffle();
  const won = { before: 0, after: 0 };

  function shuffle() {
    return Math.random() < 0.5 ? { x: "before", y: "after" } : { x: "after", y: "before" };
  }
  function bytes(id) {
    const text = atob(byId(id).textContent.trim());
    const out = new Uint8Array(text.length);
    for (let n = 0; n < text.length; n += 1) out[n] = text.charCodeAt(n);
    return out.buffer;
  }
  async function load() {
    const Context = window.AudioContext || window.webkitAudioContext;
    context = new Context();
    const decode = (id) => new Promise((done, failed) => {
      const promise = context.decodeAudioData(bytes(id), done, failed);
      if (promise && promise.catch) promise.catch(failed);
    });
    const [before, after] = await Promise.all([decode("sound-before"), decode("sound-after")]);
    buffers = { before, after };
    seek.max = length().toFixed(2);
  }
  const length = () => Math.min(buffers.before.duration, buffers.after.duration);
  const audible = () => hidden[chosen] || chosen;
  const position = () =>
    playing ? (offset + Math.max(0, context.currentTime - startedAt)) % length() : offset;

  // Both play at once, always at the same place; only the gains tell which is heard.
  function start() {
    const when = context.currentTime + 0.03;
    voices = {};
    for (const side of ["before", "after"]) {
      const source = context.createBufferSource();
      source.buffer = buffers[side];
      source.loop = true;
      source.loopEnd = length();
      const gain = context.createGain();
      gain.gain.value = side === audible() ? 1 : 0;
      source.connect(gain).connect(context.destination);
      source.start(when, offset);
      voices[side] = { source, gain };
    }
    startedAt = when;
    playing = true;
  }
  function stop() {
    offset = position();
    playing = false;
    for (const side of Object.keys(voices || {})) voices[side].source.stop();
    voices = null;
  }
  function fade() {
    if (!voices) return;
    const now = context.currentTime;
    for (const side of Object.keys(voices)) {
      const gain = voices[side].gain.gain;
      gain.cancelScheduledValues(now);
      gain.setValueAtTime(gain.value, now);
      gain.linearRampToValueAtTime(side === audible() ? 1 : 0, now + FADE_S);
    }
  }
  function draw() {
    drawn = 0;
    const seconds = buffers ? position() : offset;
    seek.value = seconds;
    const whole = Math.floor(seconds);
    clock.textContent = Math.floor(whole / 60) + ":" + String(whole % 60).padStart(2, "0");
    play.textContent = playing ? "Pause" : "Play";
    for (const button of sides) button.setAttribute("aria-pressed", String(button.dataset.side === chosen));
    if (playing) later();
  }
  function later() {
    if (!drawn) drawn = requestAnimationFrame(draw);
  }
  async function ready() {
    loading = loading || load();
    try {
      await loading;
      if (context.state === "suspended") await context.resume();
      return true;
    } catch (error) {
      trouble.textContent = "This browser cannot play the sound in this page (" + error + ").";
      trouble.hidden = false;
      return false;
    }
  }
  play.addEventListener("click", async () => {
    play.disabled = true;
    if (await ready()) {
      if (playing) stop(); else start();
    }
    play.disabled = false;
    later();
  });
  seek.addEventListener("input", () => {
    const wanted = Number(seek.value);
    if (playing) {
      stop();
      offset = wanted % length();
      start();
    } else {
      offset = wanted;
    }
    later();
  });
  for (const button of sides) {
    button.addEventListener("click", () => {
      chosen = button.dataset.side;
      fade();
      later();
    });
  }
  for (const button of picks) {
    button.addEventListener("click", () => {
      const pick = button.dataset.pick;
      const side = hidden[pick];
      won[side] += 1;
      const names = { before: "the original", after: "the master" };
      const rounds = won.before + won.after;
      tally.textContent = "You chose " + pick.toUpperCase() + ": " + names[side] + ". After " + rounds +
        (rounds === 1 ? " round" : " rounds") + ": master " + won.after + ", original " + won.before +
        ". X and Y are shuffled anew.";
      hidden = shuffle();
      fade();
      later();
    });
  }
  blind.addEventListener("toggle", () => {
    chosen = blind.open ? "x" : "after";
    fade();
    later();
  });
  draw();
})();
