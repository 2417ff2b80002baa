"""Reads a hand-over with other people's readers and says in JSON what they saw.

handover.py FOLDER RATE, where RATE is num/den; the files in FOLDER are film.otio, film.fcpxml, film.edl, film.mid.
All times are frames on the timecode's own clock, but for the MIDI file's, which are seconds from its start.
"""

import io
import json
import sys
from fractions import Fraction
from pathlib import Path

import mido
import opentimelineio as otio
from lxml import etree
from timecode import Timecode


def frames(time, rate):
    """A time of OTIO in frames, which must be whole."""
    value = time.rescaled_to(rate).value
    assert abs(value - round(value)) < 1e-4, f"{time} is not on a frame"
    return round(value)


def read_timeline(path):
    timeline = otio.adapters.read_from_file(str(path))
    start = timeline.global_start_time
    rate = start.rate
    tracks = []
    for track in timeline.tracks:
        clips = []
        for clip in track.find_clips():
            placed = clip.transformed_time_range(clip.trimmed_range(), timeline.tracks)
            media = clip.media_reference
            available = media.available_range
            clips.append({
                "name": clip.name,
                "at": frames(placed.start_time + start, rate),
                "length": frames(placed.duration, rate),
                "source": frames(clip.trimmed_range().start_time, rate),
                "url": media.target_url,
                "media": [frames(available.start_time, rate), frames(available.duration, rate)],
                "enabled": clip.enabled,
                "markers": [
                    {
                        "name": marker.name,
                        "colour": marker.color,
                        "at": frames(marker.marked_range.start_time, rate),
                        "kind": marker.metadata["muvi"]["kind"],
                    }
                    for marker in clip.markers
                ],
            })
        tracks.append({"name": track.name, "kind": track.kind, "clips": clips})
    return {"name": timeline.name, "start": frames(start, rate), "rate": rate, "tracks": tracks}


def read_fcpxml(path, dtd, rate):
    text = path.read_bytes()
    tree = etree.parse(io.BytesIO(text), etree.XMLParser(resolve_entities=False))
    if not dtd.validate(tree):
        raise SystemExit(f"{path}: {dtd.error_log}")

    def time(text):
        assert text.endswith("s"), text
        value = Fraction(text[:-1]) * rate
        assert value.denominator == 1, f"{text} is not on a frame"
        return int(value)

    assets = {asset.get("id"): asset for asset in tree.iter("asset")}
    sequence = tree.find(".//sequence")
    film = sequence.find("spine/asset-clip")
    clips = []
    for clip in film.findall("asset-clip"):
        asset = assets[clip.get("ref")]
        length = Fraction(asset.get("duration")[:-1])
        end = Fraction(clip.get("start")[:-1]) + Fraction(clip.get("duration")[:-1])
        assert end <= length, "a clip is longer than its file"
        volume = clip.find("adjust-volume")
        clips.append({
            "name": clip.get("name"),
            "at": time(clip.get("offset")),
            "length": time(clip.get("duration")),
            "source": time(clip.get("start")),
            "lane": int(clip.get("lane")),
            "role": clip.get("audioRole"),
            "gain": volume.get("amount"),
            "fades": [
                None if fade is None else time(fade.get("duration"))
                for fade in (volume.find("param/fadeIn"), volume.find("param/fadeOut"))
            ],
            "url": asset.find("media-rep").get("src"),
        })
    markers = [
        {"name": marker.get("value"), "at": time(marker.get("start"))} for marker in film.findall("marker")
    ]
    # The adapter must get through it as well.
    read = otio.adapters.read_from_string(text.decode(), "fcpx_xml")
    named = sorted({clip.name for clip in read.find_clips()} if hasattr(read, "find_clips") else [])
    return {
        "start": time(sequence.get("tcStart")),
        "length": time(sequence.get("duration")),
        "drop": sequence.get("tcFormat") == "DF",
        "frame": sequence.getroottree().find(".//format").get("frameDuration"),
        "film": [time(film.get("offset")), time(film.get("start")), time(film.get("duration"))],
        "film_url": assets[film.get("ref")].find("media-rep").get("src"),
        "clips": clips,
        "markers": markers,
        "adapter_names": named,
    }


def read_edl(path, rate):
    """Events and locators as the adapter has them; timecode by another package than the adapter's."""
    text = path.read_text()
    names = {Fraction(24000, 1001): "23.976", Fraction(30000, 1001): "29.97", Fraction(60000, 1001): "59.94"}
    name = names.get(rate, str(round(rate)))
    drop = "FCM: DROP FRAME" in text

    def frame(label):
        code = Timecode(name, label, force_non_drop_frame=not drop)
        return code.frames - 1

    events, locators = [], []
    for line in text.splitlines():
        if line.startswith("* LOC: "):
            label, colour, what = line[7:].split(maxsplit=2)
            locators.append({"at": frame(label), "colour": colour, "name": what})
        elif line[:3].isdigit():
            number, reel, channel, cut, *codes = line.split()
            assert cut == "C" and len(codes) == 4 and len(reel) <= 8
            events.append({
                "number": int(number),
                "reel": reel,
                "channel": channel,
                "source": [frame(code) for code in codes[:2]],
                "record": [frame(code) for code in codes[2:]],
            })
    timeline = otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate), ignore_timecode_mismatch=True)
    clips = []
    for track in timeline.tracks:
        for clip in track.find_clips():
            placed = clip.transformed_time_range(clip.trimmed_range(), timeline.tracks)
            clips.append({
                "track": track.name,
                "name": clip.name,
                "at": frames(placed.start_time, float(rate)),
                "length": frames(placed.duration, float(rate)),
                "source": frames(clip.trimmed_range().start_time, float(rate)),
                "markers": len(clip.markers),
            })
    return {"events": events, "locators": locators, "clips": clips, "title": timeline.name}


def read_midi(path):
    file = mido.MidiFile(str(path), charset="utf-8")
    assert file.type == 1
    tempos = []
    tick = 0
    for message in file.tracks[0]:
        tick += message.time
        if message.type == "set_tempo":
            tempos.append((tick, message.tempo))

    def seconds(at):
        total, last, tempo = 0.0, 0, 500000
        for start, micros in tempos:
            if start >= at:
                break
            total += mido.tick2second(start - last, file.ticks_per_beat, tempo)
            last, tempo = start, micros
        return total + mido.tick2second(at - last, file.ticks_per_beat, tempo)

    markers, texts, signatures, offset = [], [], [], None
    for track in file.tracks:
        tick = 0
        for message in track:
            tick += message.time
            if message.type == "marker":
                markers.append({"name": message.text, "at": seconds(tick)})
            elif message.type == "text":
                texts.append({"name": message.text, "at": seconds(tick)})
            elif message.type == "time_signature":
                signatures.append((tick, message.numerator, message.denominator))
            elif message.type == "smpte_offset":
                offset = [
                    message.frame_rate, message.hours, message.minutes, message.seconds, message.frames,
                    message.sub_frames,
                ]
    end = max(sum(message.time for message in track) for track in file.tracks)
    # Bars and beats as a sequencer would draw them.
    bars, beats = [], []
    for (at, numerator, denominator), following in zip(signatures, [*signatures[1:], (end, 0, 0)], strict=True):
        length = file.ticks_per_beat * 4 * numerator // denominator
        while at < following[0]:
            bars.append(seconds(at))
            beats.extend(seconds(beat) for beat in range(at, at + length, file.ticks_per_beat))
            at += length
    return {
        "markers": markers,
        "texts": texts,
        "bars": bars,
        "beats": beats,
        "signatures": [list(it) for it in signatures],
        "tempos": [60e6 / micros for _, micros in tempos],
        "offset": offset,
        "end": seconds(end),
        "tracks": len(file.tracks),
    }


def main():
    folder = Path(sys.argv[1])
    rate = Fraction(sys.argv[2])
    with (Path(__file__).parent / "fcpxml.dtd").open() as file:
        dtd = etree.DTD(file)
    print(json.dumps({
        "otio": read_timeline(folder / "film.otio"),
        "fcpxml": read_fcpxml(folder / "film.fcpxml", dtd, rate),
        "edl": read_edl(folder / "film.edl", rate),
        "midi": read_midi(folder / "film.mid"),
    }))


main()
