#!/usr/bin/env python3
"""tools/packaging/pages/make_pages.py PROGRAM VERSION MAN_DIR BASH_DIR ZSH_DIR: writes manual pages and completions.

They are made from the help of PROGRAM, so they always have its options. Folders are below $MESON_INSTALL_DESTDIR_PREFIX
when Meson runs this at its installation. The pages' date is $SOURCE_DATE_EPOCH, or today.
Exit: 0 written; else the program's help could not be had, or a file could not be written.
"""

import os
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True  # the source tree stays as it is
from command_help import read_commands  # noqa: E402
from completions import bash_completion, zsh_completion  # noqa: E402
from manual_page import manual_page, page_name  # noqa: E402


def write(folder, name, text):
    path = Path(os.environ.get("MESON_INSTALL_DESTDIR_PREFIX", "")) / folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main(program, version, man_folder, bash_folder, zsh_folder):
    top, subcommands = read_commands(program)
    seconds = int(os.environ.get("SOURCE_DATE_EPOCH", time.time()))
    date = time.strftime("%Y-%m-%d", time.gmtime(seconds))
    for command in [top, *subcommands]:
        write(man_folder, f"{page_name(command)}.1", manual_page(command, top, subcommands, version, date))
    write(bash_folder, "prosa", bash_completion(top, subcommands))
    write(zsh_folder, "_prosa", zsh_completion(top, subcommands))


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])
