"""A small window from which a file can be dragged, as from a file manager: drag.py FILE X Y."""

import sys
from pathlib import Path

import gi

gi.require_version("Gtk", "3.0")
gi.require_version("Gdk", "3.0")
from gi.repository import Gdk, Gtk  # noqa: E402

file, x, y = sys.argv[1:]
window = Gtk.Window(title="files", decorated=False)
window.set_default_size(100, 100)
window.move(int(x), int(y))
box = Gtk.EventBox()
box.add(Gtk.Label(label="a file"))
box.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
box.drag_source_add_uri_targets()
box.connect("drag-data-get", lambda _box, _context, data, _info, _time: data.set_uris([Path(file).as_uri()]))
window.add(box)
window.show_all()
Gtk.main()
