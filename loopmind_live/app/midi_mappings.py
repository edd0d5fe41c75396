"""Where mappings of MIDI devices are: the performer's own folder first, then what is shipped."""

from pathlib import Path

from loopmind_live import config
from loopmind_live.control.midi_device import Device, Trigger
from loopmind_live.control.midi_learning import file_name, new_file, with_entry, without_entry
from loopmind_live.control.midi_toml import Understands, extended_by, read_device
from loopmind_live.control.osc_addresses import REFUSED
from loopmind_live.errors import ControlError
from loopmind_live.repl.grammar import parse

FOLDER = "controllers"
MAX_BYTES = 1 << 18
FREED = "nothing"
"""What a control of a shipped mapping does once it is forgotten."""


def own_folder() -> Path:
    """Return the folder for mappings of the performer's own, which may not be there yet."""
    return config.data_folder() / FOLDER


def understood(words: str) -> None:
    """Raise LoopMindError where words are not for a control: they mean nothing, or end it all."""
    for command in parse(words):
        if command.name in REFUSED:
            raise ControlError(f"{command.name} is for the performer's own prompt")


def all_mappings() -> "Mappings":
    """Return the performer's own mappings and those that are shipped."""
    return Mappings(own_folder(), config.shipped_folder(FOLDER), understood)


class Mappings:
    """All mappings there are. What cannot be read is told, and left out.

    `understands` raises LoopMindError where words mean nothing at the prompt.
    """

    def __init__(self, own: Path, shipped: Path, understands: Understands) -> None:
        self._own, self._shipped, self.understands = own, shipped, understands
        self._of_set: Path | None = None
        self.devices: tuple[Device, ...] = ()
        self.faults: tuple[str, ...] = ()
        self.read()

    def read(self) -> None:
        """Read all files anew."""
        faults: list[str] = []
        shipped = self._read(self._shipped, faults, {})
        own: list[Device] = []
        for folder in self._own_folders():
            plain = self._read(folder, faults, {}, extending=False)
            known = {device.name: device for device in (*shipped, *plain)}
            found = (*plain, *self._read(folder, faults, known, extending=True))
            there = {device.name for device in own}
            new = (device for device in found if device.name not in there)
            own += sorted(new, key=lambda device: str(device.file))
        names = {device.name for device in own}
        self.devices = (*own, *(device for device in shipped if device.name not in names))
        self.faults = tuple(dict.fromkeys(faults))  # own files are read twice

    def use(self, folder: Path | None) -> None:
        """Read the mappings of a set, too, which may have none: they go before all others.

        Where `folder` is None, those of no set.
        """
        self._of_set = folder
        self.read()

    def files(self) -> list[Path]:
        """Return the files of the performer's own mappings, and the set's, each name once."""
        found = {
            file.name: file
            for folder in reversed(self._own_folders())
            for file in sorted(folder.glob("*.toml"))
        }
        return list(found.values())

    def _own_folders(self) -> tuple[Path, ...]:
        """Return the folders that go before what is shipped: the set's is the first."""
        return (self._own,) if self._of_set is None else (self._of_set, self._own)

    def device_of(self, port: str) -> Device | None:
        """Return the device that a port belongs to, None where it is nobody's."""
        return next((device for device in self.devices if device.matches(port)), None)

    def learn(self, port: str, trigger: Trigger, words: str, shift: bool = False) -> Path:
        """Let a control do `words` from now on, and return the file that keeps it.

        Raises ControlError where it cannot be kept; then all is as it was.
        """
        file, content = self._own_file(port)
        try:
            content = with_entry(content, trigger, words, shift)
        except ControlError as error:
            raise ControlError(f"{file}: {error}") from error
        self._keep(file, content)
        return file

    def forget(self, port: str, trigger: Trigger, shift: bool = False) -> str:
        """Let a control do what it did before it was taught anything, or nothing.

        Return what it does now. Raises as `learn` does.
        """
        file, content = self._own_file(port)
        try:
            kept, found = without_entry(content, trigger, shift)
            if not found:
                kept = with_entry(content, trigger, FREED, shift)
        except ControlError as error:
            raise ControlError(f"{file}: {error}") from error
        self._keep(file, kept)
        device = self.device_of(port)
        control = None if device is None else device.find(trigger, shift)
        return FREED if control is None else control.target.words

    def _own_file(self, port: str) -> tuple[Path, str]:
        """Return the performer's file for a port's device, and what stands in it, or is to."""
        device = self.device_of(port)
        if (
            device is not None
            and device.file is not None
            and device.file.parent in self._own_folders()
        ):
            return device.file, _content(device.file)
        name = port if device is None else device.name
        file = self._own / file_name(name)
        if file.exists():
            return file, _content(file)
        return file, new_file(name, port if device is None else None)

    def _keep(self, file: Path, content: str) -> None:
        """Write a file that can be read as a mapping, and read all anew."""
        known = {one.name: one for one in self.devices if one.file is None or one.file != file}
        shipped = {one.name: one for one in self._read(self._shipped, [], {})}
        self._parsed(file, content, {**known, **shipped})
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            written = file.with_suffix(".new")
            written.write_text(content, encoding="utf-8")
            written.replace(file)
        except OSError as error:
            raise ControlError(f"{file}: cannot be written ({error.strerror})") from error
        self.read()

    def _read(
        self,
        folder: Path,
        faults: list[str],
        known: dict[str, Device],
        extending: bool | None = None,
    ) -> list[Device]:
        """Return the devices of a folder: of files that extend others, that do not, or all."""
        devices = []
        for file in sorted(folder.glob("*.toml")):
            try:
                content = _content(file)
                if extending is None or extending == (extended_by(content) is not None):
                    devices.append(self._parsed(file, content, known if extending else None))
            except ControlError as error:
                faults.append(str(error))
        return devices

    def _parsed(self, file: Path, content: str, known: dict[str, Device] | None) -> Device:
        def base(name: str) -> Device:
            found = (known or {}).get(name)
            if found is None:
                there = ", ".join(known or {}) or "none"
                raise ControlError(f"extends {name!r}: no such device: there are {there}")
            return found

        return read_device(content, file, self.understands, None if known is None else base)


def _content(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise ControlError(f"{file}: larger than {MAX_BYTES} bytes: no mapping is")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ControlError(f"{file}: cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ControlError(f"{file}: is not UTF-8: save it as such") from error
