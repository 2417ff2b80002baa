
'use strict';
// The players of a page: one picture (or two), one transport, several sounds that run side by side. The sound that is
// heard is the clock; pictures and silent sounds follow it, so that another one can be heard at once and in its place.
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const videos = new Map(data.videos.map((video) => [video.id, video]));
  const said = document.getElementById('said');
  const FADE_MS = 24; // from one sound to another, without a click
  const NEAR_S = 0.012; // as near as a follower is left alone
  const FAR_S = 0.25; // from here on it jumps
  const READY = 2; // HTMLMediaElement.HAVE_CURRENT_DATA
  const players = [];
  let active = null;

  const clock = (seconds) => {
    const tenths = Math.floor(Math.max(0, seconds) * 10 + 1e-6);
    const rest = String(Math.floor(tenths / 10) % 60).padStart(2, '0');
    return `${Math.floor(tenths / 600)}:${rest}.${tenths % 10}`;
  };

  /** An element with attributes and children; names with `svg:` are of SVG. */
  function make(name, attributes = {}, ...children) {
    const svg = name.startsWith('svg:');
    const element = svg
      ? document.createElementNS('http://www.w3.org/2000/svg', name.slice(4))
      : document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...children);
    return element;
  }

  const icon = (path) => make('svg:svg', { viewBox: '0 0 16 16', 'aria-hidden': 'true' }, make('svg:path', { d: path }));
  const PLAY = 'M3 1.5v13l11-6.5z';
  const PAUSE = 'M3 1.5h3.5v13H3zM9.5 1.5H13v13H9.5z';
  const DIAMOND = 'M0 -5L5 0L0 5L-5 0z';

  /** A curve as an area over its lane. */
  function lane(values, kind, y, seconds, rate) {
    // The lane is as wide as the picture is long; edges lie outside of it, so that only the curve is drawn.
    const points = values.map((value, index) => `${index} ${(100 - value * 96).toFixed(1)}`);
    const first = points[0].split(' ')[1];
    const end = Math.max(values.length, seconds * rate) + 9;
    const path = make('svg:path', { class: kind, d: `M-9 109V${first}L${points.join('L')}H${end}V109z` });
    return make('svg:svg', {
      x: '0', y: String(y), width: '100%', height: '40', preserveAspectRatio: 'none', overflow: 'hidden', viewBox: `0 0 ${seconds * rate} 100`,
    }, path);
  }

  /** Seconds between ticks, so that there are about eight. */
  const spacing = (seconds) =>
    [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800].find((step) => seconds / step <= 9) ?? 3600;

  class Player {
    constructor(root) {
      this.root = root;
      this.video = videos.get(root.dataset.video);
      this.seconds = this.video.seconds;
      this.pictures = [...root.querySelectorAll('video')];
      const ids = root.dataset.sounds.split(' ');
      this.sounds = ids.map((id) => {
        const facts = this.video.sounds.find((sound) => sound.id === id);
        const element = make('audio', { preload: 'none' });
        element.muted = true;
        element.src = facts.file;
        element.addEventListener('error', () => this.fail(`${facts.name} can't be played here: ${facts.file}`));
        root.append(element);
        return { facts, element };
      });
      this.radios = [...root.querySelectorAll('input[type=radio]')];
      this.chosen = Math.max(0, this.radios.findIndex((radio) => radio.checked));
      this.playing = false;
      this.waiting = null; // a sound that is to be heard as soon as it can be
      this.position = 0; // while nothing is loaded
      const lufs = this.sounds.map((sound) => sound.facts.lufs).filter((value) => value !== null);
      this.quietest = Math.min(...lufs);
      this.level = lufs.length > 1;
      this.build();
      this.show();
    }

    get current() { return this.sounds[this.chosen].element; }

    build() {
      const button = make('button', { type: 'button' });
      button.addEventListener('click', () => this.toggle());
      this.button = button;
      this.time = make('span', { class: 'time' });
      this.heard = make('span', { class: 'heard' });
      const bar = make('div', { class: 'bar' }, button, this.time);
      if (this.level) {
        const box = make('input', { type: 'checkbox' });
        box.checked = true;
        box.addEventListener('change', () => { this.level = box.checked; this.current.volume = this.volume(this.chosen); });
        bar.append(make('label', { class: 'same' }, box, 'Same loudness'));
      }
      bar.append(this.heard);

      const names = ['Hits', 'Picture', 'Music', ''].map((name) => make('span', {}, name));
      this.lanes = make('div', { class: 'lanes', role: 'slider', tabindex: '0', 'aria-label': `Position in ${this.video.name}`,
        'aria-valuemin': '0', 'aria-valuemax': this.seconds.toFixed(1) });
      this.drawing = make('svg:svg', { 'aria-hidden': 'true' });
      this.head = make('div', { class: 'head' });
      this.lanes.append(this.drawing, this.head);
      this.draw();
      this.lanes.addEventListener('pointerdown', (event) => this.drag(event));
      this.lanes.addEventListener('keydown', (event) => this.move(event));
      const strip = make('div', { class: 'strip' }, make('div', { class: 'names', 'aria-hidden': 'true' }, ...names), this.lanes);

      const desk = this.root.querySelector('.desk');
      desk.append(bar, strip, this.legend());
      this.desk = desk;
      for (const picture of this.pictures) {
        picture.muted = true;
        picture.addEventListener('click', () => this.toggle());
        picture.addEventListener('error', () => this.fail('The picture can\'t be played by this browser.'));
      }
      this.radios.forEach((radio, index) => radio.addEventListener('change', () => this.choose(index)));
      this.root.addEventListener('focusin', () => { active = this; });
      this.root.addEventListener('pointerdown', () => { active = this; });
      new ResizeObserver(() => this.place()).observe(this.lanes);
    }

    legend() {
      const mark = (kind, text) => make('span', {},
        make('svg:svg', { viewBox: '-6 -6 12 12', 'aria-hidden': 'true' }, make('svg:path', { class: kind, d: DIAMOND })), text);
      const cut = make('span', {},
        make('svg:svg', { viewBox: '-6 -6 12 12', 'aria-hidden': 'true' }, make('svg:path', { class: 'cut', d: 'M0 -6V6' })), 'cut');
      this.count = make('span');
      return make('div', { class: 'legend' }, mark('hit landed', 'the music lands on it'), mark('hit', 'missed'), cut, this.count);
    }

    /** Everything over time but the playhead; the music is that of the sound that is heard. */
    draw() {
      const { seconds, cuts_s: cuts, hits, intensity, rate_hz: rate } = this.video;
      const facts = this.sounds[this.chosen].facts;
      const x = (time) => `${(time / seconds * 100).toFixed(3)}%`;
      const parts = [];
      for (const y of [22, 62, 102]) parts.push(make('svg:line', { class: 'rule', x1: '0', x2: '100%', y1: y + 0.5, y2: y + 0.5 }));
      parts.push(lane(intensity, 'asked', 23, seconds, rate), lane(facts.level, 'level', 63, seconds, rate));
      for (const time of cuts) parts.push(make('svg:line', { class: 'cut', x1: x(time), x2: x(time), y1: '0', y2: '102' }));
      hits.forEach((hit, index) => {
        const kind = facts.landed[index] ? 'hit landed' : 'hit';
        parts.push(make('svg:svg', { x: x(hit.time_s), y: '11', overflow: 'visible' }, make('svg:path', { class: kind, d: DIAMOND })));
      });
      const step = spacing(seconds);
      for (let time = 0; time < seconds - step * 0.3; time += step) {
        const text = make('svg:text', { class: 'tick', x: x(time), dx: '4', y: '115' });
        text.textContent = clock(time).slice(0, -2);
        parts.push(make('svg:line', { class: 'rule', x1: x(time), x2: x(time), y1: '102', y2: '120' }), text);
      }
      this.drawing.replaceChildren(...parts);
    }

    fail(text) {
      if (this.problem) return;
      this.problem = make('p', { class: 'problem', role: 'alert' }, text);
      this.desk.append(this.problem);
    }

    /** Words and marks that change with the state. */
    show() {
      const facts = this.sounds[this.chosen].facts;
      this.button.replaceChildren(icon(this.playing ? PAUSE : PLAY), make('span', { class: 'word' }, this.playing ? 'Pause' : 'Play'));
      this.button.setAttribute('aria-label', `${this.playing ? 'Pause' : 'Play'} ${this.video.name}`);
      const label = this.radios[this.chosen]?.dataset.name ?? facts.name;
      if (this.radios.length) this.heard.replaceChildren('Heard: ', make('b', {}, label));
      const landed = facts.landed.filter(Boolean).length;
      this.count.textContent = facts.landed.length ? `${landed} of ${facts.landed.length} landed` : 'no hits in this picture';
      this.place();
    }

    /** Where the playhead is. */
    place() {
      const at = Math.min(this.now(), this.seconds);
      this.head.style.transform = `translateX(${at / this.seconds * this.lanes.clientWidth}px)`;
      const [now, all] = [clock(at), clock(this.seconds)];
      if (this.shown === now) return;
      this.shown = now;
      this.time.replaceChildren(make('b', {}, now), ` / ${all}`);
      this.lanes.setAttribute('aria-valuenow', at.toFixed(1));
      this.lanes.setAttribute('aria-valuetext', `${now} of ${all}`);
    }

    now() { return this.current.readyState > 0 ? this.current.currentTime : this.position; }

    /** With the same loudness for all the louder ones are turned down to the quietest. */
    volume(index) {
      const lufs = this.sounds[index].facts.lufs;
      if (!this.level || lufs === null) return 1;
      return Math.min(1, 10 ** ((this.quietest - lufs) / 20));
    }

    get media() { return [...this.sounds.map((sound) => sound.element), ...this.pictures]; }

    load() {
      for (const element of this.media) {
        if (element.preload === 'auto') continue;
        element.preload = 'auto';
        element.load();
      }
    }

    toggle() {
      active = this;
      if (this.playing) this.pause();
      else this.play();
    }

    play() {
      for (const other of players) if (other !== this) other.pause();
      this.load();
      if (this.now() >= this.seconds - 0.05) this.seek(0);
      this.playing = true;
      const position = this.now();
      this.sounds.forEach(({ element }, index) => {
        element.muted = index !== this.chosen;
        element.volume = this.volume(index);
      });
      for (const element of this.media) {
        if (element.readyState > 0 && Math.abs(element.currentTime - position) > NEAR_S) element.currentTime = position;
        this.start(element);
      }
      this.show();
      cancelAnimationFrame(this.frame);
      this.frame = requestAnimationFrame(() => this.tick());
    }

    start(element) {
      element.play().catch((error) => {
        if (element !== this.current || error.name === 'AbortError') return;
        this.pause();
        if (error.name === 'NotAllowedError') this.fail('This browser wants a click before it plays sound.');
      });
    }

    pause() {
      if (!this.playing) return;
      this.playing = false;
      cancelAnimationFrame(this.frame);
      const position = this.now();
      for (const element of this.media) {
        element.pause();
        element.playbackRate = 1;
        // What runs a little off is put where it is heard.
        if (element.readyState > 0 && element !== this.current) element.currentTime = Math.min(position, this.seconds);
      }
      this.show();
    }

    seek(time) {
      const to = Math.min(Math.max(0, time), this.seconds);
      this.position = to;
      for (const element of this.media) {
        if (element.readyState > 0) element.currentTime = to;
        else if (element.preload === 'auto') element.addEventListener('loadedmetadata', () => { element.currentTime = this.position; }, { once: true });
      }
      this.place();
    }

    /** Keeps all where the heard one is. */
    tick() {
      if (!this.playing) return;
      const clockNow = this.current.currentTime;
      this.position = clockNow;
      if (this.current.ended || clockNow >= this.seconds) {
        this.pause();
        return;
      }
      for (const element of this.media) {
        if (element !== this.current) this.follow(element, clockNow);
      }
      if (this.waiting !== null) this.hear(this.waiting);
      this.place();
      this.frame = requestAnimationFrame(() => this.tick());
    }

    follow(element, time) {
      if (element.seeking || element.readyState < READY) return;
      if (element.paused && !element.ended) this.start(element);
      const late = time - element.currentTime;
      if (Math.abs(late) > FAR_S) {
        if (!element.ended) element.currentTime = time;
      } else {
        // A little faster or slower until it is there; nobody hears it.
        const rate = Math.abs(late) < NEAR_S ? 1 : 1 + Math.max(-0.2, Math.min(0.2, late * 2));
        if (element.playbackRate !== rate) element.playbackRate = rate;
      }
    }

    /** Another sound, at the same place. */
    choose(index) {
      if (index === this.chosen && this.waiting === null || index >= this.sounds.length) return;
      active = this;
      if (this.radios[index]) this.radios[index].checked = true;
      if (this.playing) {
        this.waiting = index;
        this.hear(index);
        return;
      }
      const position = this.now();
      this.chosen = index;
      this.position = position;
      const next = this.sounds[index].element;
      if (next.readyState > 0) next.currentTime = position;
      this.announce();
    }

    /** Changes over to a sound that runs; one that doesn't yet is waited for while the old one goes on. */
    hear(index) {
      const old = this.current;
      const next = this.sounds[index].element;
      if (next === old) { this.waiting = null; this.announce(); return; }
      if (next.readyState < READY || next.seeking || next.paused) return;
      // As long as it is not in its place it is on its way there.
      if (Math.abs(next.currentTime - old.currentTime) > 0.03) return;
      this.waiting = null;
      next.playbackRate = 1;
      next.volume = 0;
      next.muted = false;
      const [from, to] = [old.volume, this.volume(index)];
      const begun = performance.now();
      const fade = () => {
        const part = Math.min(1, (performance.now() - begun) / FADE_MS);
        // Chosen again meanwhile: that fade rules.
        if (this.current !== next) return;
        next.volume = to * Math.sin(part * Math.PI / 2);
        old.volume = from * Math.cos(part * Math.PI / 2);
        if (part < 1) setTimeout(fade, 4);
        else this.silence();
      };
      this.chosen = index;
      fade();
      this.announce();
    }

    silence() {
      this.sounds.forEach(({ element }, index) => { if (index !== this.chosen) element.muted = true; });
      this.current.volume = this.volume(this.chosen);
    }

    announce() {
      this.draw();
      this.show();
      said.textContent = `Heard: ${this.radios[this.chosen]?.dataset.name ?? this.sounds[this.chosen].facts.name}`;
    }

    drag(event) {
      if (event.button !== 0) return;
      const to = (at) => {
        const box = this.lanes.getBoundingClientRect();
        this.load();
        this.seek((at.clientX - box.left) / box.width * this.seconds);
      };
      this.lanes.setPointerCapture(event.pointerId);
      to(event);
      const end = () => {
        this.lanes.removeEventListener('pointermove', to);
        this.lanes.removeEventListener('pointerup', end);
        this.lanes.removeEventListener('pointercancel', end);
      };
      this.lanes.addEventListener('pointermove', to);
      this.lanes.addEventListener('pointerup', end);
      this.lanes.addEventListener('pointercancel', end);
    }

    move(event) {
      const steps = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 5, PageDown: -5 };
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      let to = null;
      if (event.key in steps) to = this.now() + steps[event.key];
      else if (event.key === 'Home') to = 0;
      else if (event.key === 'End') to = this.seconds;
      if (to === null) return;
      event.preventDefault();
      event.stopPropagation();
      this.load();
      this.seek(to);
    }
  }

  for (const root of document.querySelectorAll('.player')) {
    const player = new Player(root);
    root.player = player;
    players.push(player);
  }

  document.addEventListener('keydown', (event) => {
    if (!active || event.ctrlKey || event.altKey || event.metaKey) return;
    const number = Number(event.key);
    if (number >= 1 && number <= active.sounds.length) {
      active.choose(number - 1);
      event.preventDefault();
      return;
    }
    // Buttons, boxes and radios have their own use for these.
    if (event.target.closest('button, a, input')) return;
    if (event.key === ' ') active.toggle();
    else if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') {
      active.load();
      active.seek(active.now() + (event.key === 'ArrowLeft' ? -1 : 1));
    } else return;
    event.preventDefault();
  });
  document.querySelector('.keys').hidden = false;
})();
