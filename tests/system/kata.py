# SPDX-License-Identifier: Apache-2.0
# Copyright The KataOS-C authors
"""A running system and its console, as the tests see them: QEMU's serial line is a pseudo terminal that pexpect holds."""
import os
import re
import select
import shlex
import shutil
import subprocess
import sys
import termios
import time

import pexpect

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tools", "packer"))
import bundle  # noqa: E402  (tools/packer)

PROMPT = "KATA> "
LONG = os.environ.get("LONG") == "1"
SILENT = "the other side went silent"
FLASH = r"(?<=format=raw,)file=[^,]*(,snapshot=on)?$"    # of the QEMU command
ECHO_MAX = 60       # characters of a line that the console certainly echoes in one piece


def qemu_command():
    """The command of `make -s qemu-command`, as a list, with a flash that is empty and forgets: tests leave no traces in each other's."""
    command = os.environ.get("QEMU_COMMAND")
    if not command:
        command = subprocess.run(["make", "-s", "qemu-command"], cwd=TOP, check=True, capture_output=True, text=True).stdout
    return without_traces(shlex.split(command))


def without_traces(command):
    """The command with a flash of nobody's, which forgets."""
    return [re.sub(FLASH, f"file={factory_flash(command)},snapshot=on", word) for word in command]


def factory_flash(command):
    """The file of a flash as a device leaves the factory: with the build's images as recovery images, and without a key. Where it was not built an
    empty one does as well; the first start writes them."""
    manifest = next((word for word in command if "/boot_manifest.bin," in word), "")
    path = re.sub(r".*file=(.*)/boot_manifest\.bin,.*", r"\1/factory.img", manifest)
    return path if manifest and os.path.exists(path) else blank_flash()


def blank_flash():
    """The file of an empty flash."""
    path = os.path.join(TOP, "build", "blank.img")
    if not os.path.exists(path):
        subprocess.run([os.path.join(TOP, "tools", "flash_format.py"), path], check=True)
    return path


def with_empty_flash(command):
    """The command with a flash that is empty, and forgets."""
    return [re.sub(FLASH, f"file={blank_flash()},snapshot=on", word) for word in command]


def with_flash(command, path):
    """The command with a flash of its own, a file (made here, empty, if it is not there) that keeps what is written."""
    if not os.path.exists(path):
        shutil.copyfile(blank_flash(), path)
    return [re.sub(FLASH, f"file={path}", word) for word in command]


def accepting_unsigned(command, folder):
    """The command of a system that says, in its signed boot manifest, that packages need no signature (`make ALLOW_UNSIGNED=true`)."""
    import boot_manifest

    def change(manifest):
        manifest.flags |= boot_manifest.ALLOW_UNSIGNED
    return boot_manifest.resigned(command, os.path.join(folder, "boot_manifest.bin"), change)


def development_key():
    """The key that signs what the build makes."""
    import signing
    return signing.private_key(os.path.join(TOP, "build", "keys", "development.pem"))


def signed(image, name, version=1, key=None):
    """The image, or its sections, signed to be installed under this name."""
    import signing
    sections = bundle.parse(image) if isinstance(image, bytes) else image
    return bundle.image(signing.sign(sections, key or development_key(), name, version))


def bytes_as_they_are():
    """In the child, before QEMU: its terminal passes "\\r\\n" on as it is, and no byte is a signal (QEMU leaves these settings alone)."""
    attributes = termios.tcgetattr(0)
    attributes[1] &= ~termios.ONLCR
    attributes[3] &= ~termios.ISIG
    termios.tcsetattr(0, termios.TCSANOW, attributes)


def without_log(text):
    """What a command printed, to be compared: without the lines that applications and components logged in between, and, as such a line may
    stand in the middle of one, without white space."""
    return re.sub(r"\s+", "", "".join(line for line in text.splitlines(keepends=True) if not re.match(r"\[|\w+::", line)))


class Console:
    """One booted system. Every call has a time-out."""

    def __init__(self, boot_timeout=30, command=None):
        argv = command or qemu_command()
        self.child = pexpect.spawn(argv[0], argv[1:], cwd=TOP, timeout=20, echo=False, encoding="utf-8", codec_errors="replace",
                                   maxread=65536, preexec_fn=bytes_as_they_are)
        self.child.delaybeforesend = None
        self.log = []
        self.child.logfile_read = self
        self.child.expect_exact(PROMPT, timeout=boot_timeout)

    # pexpect's logfile: keeps everything that was ever printed
    def write(self, text):
        self.log.append(text)

    def flush(self):
        pass

    def transcript(self):
        return "".join(self.log)

    def send(self, text):
        self.child.send(text)

    def run(self, command, timeout=20):
        """Executes a command; returns what was printed until the next prompt, with plain newlines. A line of the log makes the
        console print its prompt again, so only a prompt behind the command's echo is its end."""
        self.child.send(command + "\r")
        early = ""
        if command and len(command) < ECHO_MAX and command.isascii() and command.isprintable():
            if self.child.expect_exact([command + "\r\n", pexpect.TIMEOUT], timeout=5) == 0:
                early = self.child.before.replace(PROMPT, "") + command + "\r\n"
        self.child.expect_exact(PROMPT, timeout=timeout)
        return (early + self.child.before).replace("\r\n", "\n")

    def settle(self, timeout=20):
        """Gets a fresh prompt, whatever was printed and lost before: for a console or a driver that has died meanwhile."""
        end = time.monotonic() + timeout
        while time.monotonic() < end:
            mark = f"settled-{int(time.monotonic() * 1000)}"
            self.child.send(f"\recho {mark}\r")
            if self.child.expect([rf"\n{mark}\r\n", pexpect.TIMEOUT], timeout=3) == 0:
                self.child.expect_exact(PROMPT, timeout=timeout)
                return
        raise AssertionError("the console does not come back")

    def expect(self, pattern, timeout=20):
        """Waits for a pattern (a regular expression) in what is printed; returns the match."""
        self.child.expect(pattern, timeout=timeout)
        return self.child.match

    def collect(self, seconds):
        """Everything that is printed during some seconds."""
        end, text = time.monotonic() + seconds, ""
        while (left := end - time.monotonic()) > 0:
            try:
                text += self.child.read_nonblocking(65536, timeout=left)
            except pexpect.TIMEOUT:
                break
        return text

    def mstats(self):
        """The two lines of mstats."""
        lines = [line for line in self.run("mstats").splitlines() if re.match(r"\d+ (bytes|objs) in-use", line)]
        assert len(lines) == 2, lines
        return lines

    def status(self, name):
        """"Running", "Faulted (...)" ..."""
        match = re.search(rf"^{re.escape(name)}: (.*)$", self.run(f"status {name}"), re.M)
        assert match, f"no status of {name}"
        return match[1]

    def wait_status(self, name, pattern, timeout=20):
        """Waits until the status of a bundle matches; returns it."""
        end = time.monotonic() + timeout
        while not re.fullmatch(pattern, status := self.status(name)):
            assert time.monotonic() < end, f"{name}: {status}, not {pattern}"
            time.sleep(0.05)
        return status

    def install(self, name):
        output = self.run(f"install {name}.app")
        assert f'Bundle "{name}" installed' in output, output

    def start(self, name, *args):
        """On a busy host the application may be quicker than the console: what it has said already can still be expected."""
        output = self.run(" ".join(["start", name, *args]))
        assert f'Bundle "{name}" started.' in output, output
        said = [line for line in output.splitlines() if line.startswith("[")]
        self.child.buffer = "".join(line + "\r\n" for line in said) + self.child.buffer

    def stop(self, name):
        output = self.run(f"stop {name}")
        assert f'Bundle "{name}" stopped.' in output, output

    def uninstall(self, name):
        output = self.run(f"uninstall {name}")
        assert f'Bundle "{name}" uninstalled.' in output, output

    def send_file(self, path, kill_after=None, timeout=120, command="install -z", options=()):
        """Runs `install -z` and a real sz on the serial line; returns what the console printed. kill_after: bytes of sz's
        output after which it is killed."""
        return self.transfer(command, ["sz", "-q", "-b", *options, path], kill_after, timeout)

    def receive_file(self, name, folder, kill_after=None):
        """Runs `sz NAME` and a real rz, which stores what arrives in the folder; returns what the console printed."""
        return self.transfer(f"sz {name}", ["rz", "-q", "-b", "-y"], kill_after, cwd=folder)

    def transfer(self, command, program, kill_after=None, timeout=120, cwd=None):
        """A command of the console that transfers a file, and the program at the other end of the line."""
        self.child.send(command + "\r")
        self.child.expect_exact("ctrl-c gives up.", timeout=20)
        self.child.expect(".*")         # what has come behind that already; the protocol repeats it
        early = self.child.match[0]
        sender = subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0, cwd=cwd)
        try:
            output = early + self._relay(sender, kill_after, time.monotonic() + timeout)
        finally:
            sender.kill()
            sender.wait()
            sender.stdin.close()
            sender.stdout.close()
        while PROMPT not in output:     # it may have come while a slow sender was still ending
            ready, _, _ = select.select([self.child.child_fd], [], [], 30)
            assert ready, f"no prompt after a transfer: {output[-200:]!r}"
            output += self._read_line()
        return output.split(PROMPT)[0].replace("\r\n", "\n")

    def _relay(self, sender, kill_after, deadline):
        """Carries bytes between sz or rz and the line until the program is gone, and its last words are delivered. Returns what
        the console said in the meantime. It never waits for the line to take bytes: a console that has died in the middle echoes
        what it gets then, and waits itself until somebody reads."""
        line, sent, output, due = self.child.child_fd, 0, "", b""
        os.set_blocking(line, False)
        try:
            while time.monotonic() < deadline:
                ready, free, _ = select.select([line] if due else [line, sender.stdout], [line] if due else [], [], 1)
                if sender.stdout in ready:
                    due = os.read(sender.stdout.fileno(), 1024)
                    if not due:
                        return output
                    sent += len(due)
                if due and (free or sender.stdout in ready):
                    due = due[self._write(line, due):]
                if not due and kill_after is not None and sent >= kill_after:
                    self.killed_at = time.monotonic()
                    return output
                if line in ready:
                    received = self._read_line()
                    output += received
                    try:
                        os.write(sender.stdin.fileno(), received.encode("latin-1"))
                    except BrokenPipeError:
                        pass
        finally:
            os.set_blocking(line, True)
        raise AssertionError("the transfer took too long")

    def _read_line(self):
        """What the line has, byte for byte."""
        received = os.read(self.child.child_fd, 4096).decode("latin-1")
        self.log.append(received)
        return received

    @staticmethod
    def _write(line, data):
        """Number of bytes that the line has taken."""
        try:
            return os.write(line, data)
        except BlockingIOError:
            return 0

    def close(self):
        """Ends the system; by its process if it does not listen any more."""
        try:
            self.child.send("\r")
            self.child.expect_exact(PROMPT, timeout=5)
            self.child.send("shutdown\r")
            self.child.expect(pexpect.EOF, timeout=10)
        except (pexpect.TIMEOUT, pexpect.EOF, OSError):
            pass
        self.child.close(force=True)


def padded_bundle(size, name, version=1):
    """A signed bundle of exactly so many bytes, most of them data. It exits with code 7 when it is started."""
    import malform
    text = bundle.Section(malform.TEXT, bundle.READ | bundle.EXECUTE | bundle.ENTRY, malform.exit_program(), entry=malform.TEXT)

    def with_data(data):
        return signed(bundle.chain([text, bundle.Section(malform.DATA, bundle.READ | bundle.WRITE, data, msize=len(data) + 1)]), name, version)
    room = size - len(with_data(b""))
    image = with_data(bytes(i * 7 + (i >> 8) & 0xff for i in range(room)))
    assert len(image) == size
    return image
