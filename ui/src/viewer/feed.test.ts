import { describe, expect, it } from 'vitest';
import { askWidth, FrameFeed, place, standIn } from './feed';

interface Call {
  frame: number;
  come: () => void;
  fail: () => void;
}

function make(): { feed: FrameFeed<string>; calls: Call[] } {
  const calls: Call[] = [];
  const feed = new FrameFeed<string>(
    (frame) =>
      new Promise((resolve, reject) => {
        calls.push({ frame, come: () => resolve(`p${frame}`), fail: () => reject(new Error('none')) });
      }),
    () => undefined,
  );
  return { feed, calls };
}

const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
const at = (frame: number, pace = 0) => ({ frame, pace, frames: 1000 });

describe('FrameFeed', () => {
  it('asks for one frame while standing still and shows exactly it', async () => {
    const { feed, calls } = make();
    feed.want(at(10));
    feed.want(at(10));
    expect(calls.map((call) => call.frame)).toEqual([10]);
    expect(feed.best(at(10))).toBeNull();
    calls[0]!.come();
    await settle();
    expect(feed.best(at(10))).toEqual({ frame: 10, picture: 'p10' });
  });

  it('never has more than three requests under way', () => {
    const { feed, calls } = make();
    for (let frame = 0; frame < 50; frame++) feed.want(at(frame, 1));
    expect(calls.map((call) => call.frame)).toEqual([0, 1, 2]);
    expect(feed.coming).toBe(3);
  });

  it('asks ahead while playing, backwards too, and not past the ends', async () => {
    const { feed, calls } = make();
    feed.want(at(1, -1));
    expect(calls.map((call) => call.frame)).toEqual([1, 0]);
    const end = make();
    end.feed.want(at(999, 1));
    expect(end.calls.map((call) => call.frame)).toEqual([999]);
    const fast = make();
    fast.feed.want(at(100, 4));
    expect(fast.calls.map((call) => call.frame)).toEqual([100, 104, 108]);
  });

  it('does not ask while playing for what would come too late', async () => {
    const { feed, calls } = make();
    feed.want(at(10, 1));
    calls.forEach((call) => call.come());
    await settle();
    feed.want(at(20, 1));
    expect(calls.slice(3).map((call) => call.frame)).toEqual([21, 22, 23]);
  });

  it('shows the nearest late frame, and never one that is not yet due', async () => {
    const { feed, calls } = make();
    feed.want(at(0, 1));
    calls[2]!.come();
    await settle();
    expect(feed.best(at(0, 1))).toBeNull();
    calls[0]!.come();
    await settle();
    expect(feed.best(at(1, 1))?.frame).toBe(0);
    expect(feed.best(at(9, 1))?.frame).toBe(2);
  });

  it('gives up on a frame after three failures', async () => {
    const { feed, calls } = make();
    for (let n = 0; n < 6; n++) {
      feed.want(at(5));
      calls[n]?.fail();
      await settle();
    }
    expect(calls.length).toBe(3);
  });

  it('tries a frame again on another visit, and tells of none that is no longer due', async () => {
    const { feed, calls } = make();
    const visit = async (frame: number): Promise<void> => {
      for (let n = 0; n < 3; n++) {
        const before = calls.length;
        feed.want(at(frame));
        if (calls.length > before) calls[before]!.fail();
        await settle();
      }
    };
    await visit(5);
    expect(calls.length).toBe(3);
    feed.want(at(6));
    await visit(5);
    expect(calls.length).toBe(7);
  });

  it('drops what comes after it was cleared', async () => {
    const { feed, calls } = make();
    feed.want(at(5));
    feed.clear();
    calls[0]!.come();
    await settle();
    expect(feed.best(at(5))).toBeNull();
  });
});

it('stands in for a frame that takes long, with what is nearer than the picture shown', () => {
  const rate = [24, 1] as const;
  const rest = at(100);
  expect(standIn(rest, 300, rate, 200)).toBe(4);
  expect(standIn(rest, 300, rate, 20)).toBeNull();
  expect(standIn(rest, 99, rate, 200)).toBeNull();
  expect(standIn(rest, -1, rate, 200)).toBeNull();
  expect(standIn(at(100, 1), 300, rate, 200)).toBeNull();
  expect(standIn(at(96), 100, rate, 200)).toBe(4);
});

it('chooses a width for the canvas', () => {
  expect(askWidth(600, 1, 1920)).toBe(640);
  expect(askWidth(600, 2, 1920)).toBe(1280);
  expect(askWidth(3000, 2, 3840)).toBe(1920);
  expect(askWidth(900, 1, 640)).toBe(640);
});

it('fits the picture or shows its pixels', () => {
  const video = { width: 1920, height: 1080 };
  expect(place({ width: 960, height: 600 }, video, null, 1)).toEqual({ x: 0, y: 30, width: 960, height: 540 });
  expect(place({ width: 960, height: 600 }, video, 1, 2)).toEqual({ x: 0, y: 30, width: 960, height: 540 });
  expect(place({ width: 960, height: 600 }, video, 1, 1)).toEqual({ x: -480, y: -240, width: 1920, height: 1080 });
});
