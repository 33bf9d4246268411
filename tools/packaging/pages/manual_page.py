"""tools/packaging/pages/manual_page.py: a manual page in the man(7) form, from the program's help.

What the help does not say stands in files beside this one, NAME.man: sections in roff, put before SEE ALSO.
"""

from pathlib import Path

FOLDER = Path(__file__).resolve().parent
LISTS = {"Subcommands": "COMMANDS", "Verbs": "VERBS", "Positionals": "ARGUMENTS"}


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\\&" + text if text.startswith((".", "'")) else text


def bold(text):
    return f"\\fB{escaped(text)}\\fR"


def page_name(command):
    return f"prosa-{command.name}" if command.name else "prosa"


def summary(command, main):
    if not command.name:
        return command.prose[0].rstrip(".")
    return next(entry.text for entry in main.sections["Subcommands"] if entry.names == [command.name])


def item(entry):
    names = ", ".join(bold(name) for name in entry.names)
    value = f" \\fI{escaped(entry.value)}\\fR" if entry.value else ""
    facts = []
    if entry.choices:
        facts.append("One of " + ", ".join(entry.choices) + ".")
    if entry.default:
        facts.append(f"Default: {entry.default}.")
    if entry.is_required:
        facts.append("Required.")
    text = entry.text + ("." if facts and entry.text and not entry.text.endswith(".") else "")
    return f".TP\n{names}{value}\n{escaped(' '.join([text, *facts]).strip())}\n"


def synopsis(command):
    program, *rest = command.usage.split()
    words = [program, *([command.name] if command.name else [])]
    return f"{bold(' '.join(words))} {escaped(' '.join(rest[len(words) - 1:]))}\n"


def see_also(command, commands):
    names = [page_name(other) for other in commands if other.name != command.name]
    return ",\n".join(f"{bold(name)}(1)" for name in sorted(names)) + "\n"


def extra_sections(command):
    file = FOLDER / f"{page_name(command)}.man"
    return file.read_text(encoding="utf-8") if file.exists() else ""


def exit_status(command):
    if not command.exit_codes:
        return f"See {bold('prosa')}(1).\n"
    return "".join(f".TP\n{code}\n{escaped(text[:1].upper() + text[1:])}.\n" for code, text in command.exit_codes)


def manual_page(command, main, subcommands, version, date):
    name = page_name(command)
    parts = [f'.TH {name.upper()} 1 "{date}" "prosa {version}" "User Commands"\n',
             f".SH NAME\n{escaped(name)} \\- {escaped(summary(command, main))}\n",
             f".SH SYNOPSIS\n{synopsis(command)}",
             ".SH DESCRIPTION\n" + ".br\n".join(escaped(line) + "\n" for line in command.prose)]
    for heading, title in LISTS.items():
        if heading in command.sections:
            parts += [f".SH {title}\n", *map(item, command.sections[heading])]
    parts += [".SH OPTIONS\n", *map(item, command.options()), ".SH EXIT STATUS\n", exit_status(command),
              extra_sections(command), ".SH SEE ALSO\n", see_also(command, [main, *subcommands])]
    return "".join(parts)
