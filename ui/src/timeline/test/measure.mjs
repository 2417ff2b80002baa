// How fluid an hour of video is.

/** Frames per second while playing, and the time of one redraw of all lanes after a zoom, at 1920x1080. */
export async function measure(open) {
  const page = await open('&hour', { width: 1920, height: 460 });
  await page.waitForTimeout(1500);
  const frames = (seconds) =>
    page.evaluate(
      (s) =>
        new Promise((done) => {
          const gaps = [];
          let last = performance.now();
          const end = last + s * 1000;
          const step = (now) => {
            gaps.push(now - last);
            last = now;
            if (now < end) requestAnimationFrame(step);
            else {
              gaps.sort((a, b) => a - b);
              done({ fps: Math.round((10 * gaps.length) / s) / 10, p95Ms: gaps[Math.floor(gaps.length * 0.95)], worstMs: gaps.at(-1) });
            }
          };
          requestAnimationFrame(step);
        }),
      seconds,
    );
  const idle = await frames(3);
  await page.evaluate(() => window.timelineTest.studio.playback.send({ kind: 'play' }));
  const playing = await frames(4);
  // Smooth following scrolls all lanes at each frame.
  await page.evaluate(() => window.timelineTest.studio.view.timeline.zoom(200));
  const follow = page.getByRole('button', { name: /Follow the playhead/ });
  await follow.click();
  await page.waitForTimeout(800);
  const following = await frames(4);
  await page.evaluate(() => window.timelineTest.studio.playback.send({ kind: 'pause' }));
  await page.evaluate(() => window.timelineTest.studio.view.timeline.fit());
  await page.waitForTimeout(500);
  // Making the scenes: a microtask after the change.
  const scenes = await page.evaluate(async () => {
    const times = [];
    for (let n = 0; n < 40; n++) {
      await new Promise((done) => requestAnimationFrame(done));
      const start = performance.now();
      window.timelineTest.studio.view.timeline.zoom(n < 20 ? 1.3 : 1 / 1.3);
      await Promise.resolve();
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    return { medianScenesMs: times[20], worstScenesMs: times.at(-1) };
  });
  const paint = await page.evaluate(async () => {
    // The time inside the callbacks that paint, by wrapping them.
    const original = window.requestAnimationFrame;
    let spent = 0;
    window.requestAnimationFrame = (run) =>
      original((now) => {
        const start = performance.now();
        run(now);
        spent += performance.now() - start;
      });
    const times = [];
    for (let n = 0; n < 40; n++) {
      spent = 0;
      window.timelineTest.studio.view.timeline.zoom(n < 20 ? 1.3 : 1 / 1.3);
      await new Promise((done) => original(() => original(done)));
      times.push(spent);
    }
    window.requestAnimationFrame = original;
    times.sort((a, b) => a - b);
    return { medianPaintMs: times[20], worstPaintMs: times.at(-1) };
  });
  await page.close();
  return { idle, playing, following, ...scenes, ...paint };
}
