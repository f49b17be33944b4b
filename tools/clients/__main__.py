"""Lint the schema in the repository with redocly and spectral, and build a TypeScript client from it.

Where there is no Node or no registry, it says so and goes on: nobody needs them to run or to test the portal. What npm
installs, and what is generated, stays outside the repository.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOM = Path(__file__).resolve().parent
SCHEMA = ROOM.parent.parent / "docs" / "api" / "openapi.json"
FILES = ("package.json", "package-lock.json", ".npmrc", ".spectral.yaml", "redocly.yaml", "tsconfig.json", "night.ts")
STEPS: dict[str, tuple[str, ...]] = {
    "redocly lint, recommended rules": ("redocly", "lint", "openapi.json"),
    "spectral lint, spectral:oas": ("spectral", "lint", "openapi.json", "--fail-severity", "hint"),
    "TypeScript client": ("openapi-typescript", "openapi.json", "--output", "openapi.d.ts"),
    "a program that uses it, compiled": ("tsc", "--project", "tsconfig.json"),
}
PATIENCE = 600
"""Seconds for one step."""


def main() -> int:
    """Run every step; return how many failed."""
    npm = shutil.which("npm")
    if npm is None:
        print("No Node here, so the schema is not linted and no TypeScript client is built. Node 20 or newer does it.")
        return 0
    with tempfile.TemporaryDirectory(prefix="api-clients-") as place:
        room = Path(place)
        for name in FILES:
            shutil.copy(ROOM / name, room / name)
        shutil.copy(SCHEMA, room / "openapi.json")
        if _run([npm, "ci", "--ignore-scripts", "--loglevel=error"], room) != 0:
            print("npm could not install the pinned tools (see above): nothing was checked.")
            return 0
        return sum(_step(title, command, room) for title, command in STEPS.items())


def _step(title: str, command: tuple[str, ...], room: Path) -> int:
    tool, *arguments = command
    print(f"--- {title}", flush=True)
    failed = _run([str(room / "node_modules" / ".bin" / tool), *arguments], room) != 0
    print(f"{title}: {'FAILED' if failed else 'fine'}", flush=True)
    return int(failed)


def _run(command: list[str], room: Path) -> int:
    return subprocess.run(command, cwd=room, timeout=PATIENCE, stdin=subprocess.DEVNULL, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
