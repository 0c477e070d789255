"""The scenario of the demo: a git repository with the task, whose version tags are signed by an SSH key."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path


class Scenario:
    def __init__(self, folder: Path):
        self.repository = folder / "scenario"
        self.key = folder / "author"
        self.signers = folder / "allowed_signers"
        self.repository.mkdir(parents=True)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "author@example.org", "-f", self.key], check=True)
        self.signers.write_text("author@example.org " + self.key.with_suffix(".pub").read_text())
        self.git("init", "-q", "-b", "ocr")
        for key, value in {
            "user.name": "Author",
            "user.email": "author@example.org",
            "gpg.format": "ssh",
            "user.signingkey": str(self.key),
            "gpg.ssh.allowedSignersFile": str(self.signers),
        }.items():
            self.git("config", key, value)

    def git(self, *arguments: str) -> None:
        subprocess.run(["git", "-C", self.repository, *arguments], check=True, capture_output=True)

    def release(self, task: Path, version: str, edit=None) -> str:
        """Commits the task's folder as this version and signs its tag; `edit(folder)` may change the copy first."""
        for entry in self.repository.iterdir():
            if entry.name != ".git":
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        shutil.copytree(task, self.repository, dirs_exist_ok=True)
        manifest = self.repository / "task.toml"
        manifest.write_text(manifest.read_text().replace('version = "1.0.0"', f'version = "{version}"'))
        if edit:
            edit(self.repository)
        tag = f"{task.name}/v{version}"
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"{task.name} {version}")
        self.git("tag", "-s", tag, "-m", f"{task.name} {version}")
        return tag
