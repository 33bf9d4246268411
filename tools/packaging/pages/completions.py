"""tools/packaging/pages/completions.py: what bash and zsh offer behind the word `prosa`, from the program's help."""

BASH_HEAD = """\
# bash completion of prosa, made from its help.

_prosa() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command='' at
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    for ((at = 1; at < COMP_CWORD; ++at)); do
        [[ ${COMP_WORDS[at]} == -* ]] || { command=${COMP_WORDS[at]}; break; }
    done
    local files='' values='' options='' words=''
    case $command in
"""
BASH_TAIL = """\
    esac
    COMPREPLY=()
    if [[ " $files " == *" $before "* ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    elif [[ " $values " == *" $before "* ]]; then
        case $command:$before in
%s            *) ;;
        esac
    elif [[ $word == -* ]]; then
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
    elif [[ $words == FILE ]]; then
        compopt -o filenames 2>/dev/null
        mapfile -t COMPREPLY < <(compgen -f -- "$word")
    else
        mapfile -t COMPREPLY < <(compgen -W "$words $options" -- "$word")
    fi
} && complete -F _prosa prosa
"""


def names_of(entries):
    return " ".join(name for entry in entries for name in entry.names)


def words_of(command):
    """What may stand where no option does: subcommands, verbs, files."""
    named = command.sections.get("Subcommands", []) + command.sections.get("Verbs", [])
    if named:
        return names_of(named)
    return "FILE" if any(entry.takes_file() for entry in command.sections.get("Positionals", [])) else ""


def bash_command(command):
    options = command.options()
    files = [entry for entry in options if entry.takes_file()]
    values = [entry for entry in options if entry.value and not entry.takes_file()]
    return (f"        {command.name or repr('')})\n"
            f'            files="{names_of(files)}"\n'
            f'            values="{names_of(values)}"\n'
            f'            options="{names_of(options)}"\n'
            f'            words="{words_of(command)}"\n'
            "            ;;\n")


def bash_choices(command):
    for entry in command.options():
        if entry.choices:
            patterns = "|".join(f"{command.name}:{name}" for name in entry.names)
            yield (f'            {patterns}) mapfile -t COMPREPLY < <(compgen -W "{" ".join(entry.choices)}" -- "$word")'
                   " ;;\n")


def bash_completion(main, subcommands):
    commands = [main, *subcommands]
    choices = "".join(line for command in commands for line in bash_choices(command))
    return BASH_HEAD + "".join(map(bash_command, commands)) + BASH_TAIL % choices


def zsh_quoted(text):
    return "'" + text.replace("'", "'\\''") + "'"


def zsh_text(text):
    for mark in "\\[]:":
        text = text.replace(mark, "\\" + mark)
    return text


def zsh_value(entry):
    if not entry.value:
        return ""
    if entry.choices:
        return f":{entry.value}:({' '.join(entry.choices)})"
    return f":{zsh_text(entry.value)}:" + ("_files" if entry.takes_file() else "")


def zsh_options(command):
    """One argument of _arguments for each spelling; those of one option exclude each other."""
    for entry in command.options():
        for name in entry.names:
            group = "*" if entry.is_repeatable else f"({' '.join(entry.names)})"
            sign = "=" if name.startswith("--") and entry.value else ""
            yield zsh_quoted(f"{group}{name}{sign}[{zsh_text(entry.text)}]{zsh_value(entry)}")


def zsh_list(entries):
    return " ".join(zsh_quoted(f"{entry.names[0]}:{entry.text}") for entry in entries)


def zsh_rest(command):
    verbs = command.sections.get("Verbs")
    if verbs:
        return f"'1:verb:{{local -a verbs; verbs=({zsh_nested(verbs)}); _describe verb verbs}}' '*:argument:'"
    return "'*:file:_files'" if words_of(command) == "FILE" else ""


def zsh_nested(entries):
    """Words inside a quoted argument: double quotes."""
    return " ".join('"' + f"{entry.names[0]}:{entry.text}".replace('"', '\\"').replace("'", "") + '"'
                    for entry in entries)


def zsh_command(command):
    lines = [*zsh_options(command), zsh_rest(command)]
    body = " \\\n                ".join(line for line in lines if line)
    return f"            {command.name})\n                _arguments \\\n                {body}\n                ;;\n"


def zsh_completion(main, subcommands):
    options = " \\\n        ".join(zsh_options(main))
    return f"""\
#compdef prosa
# zsh completion of prosa, made from its help.

_prosa() {{
    local curcontext=$curcontext state line
    local -a commands
    commands=({zsh_list(main.sections["Subcommands"])})
    _arguments -C \\
        {options} \\
        '1:command:->command' '*::argument:->argument'
    if [[ $state == command ]]; then
        _describe command commands
    elif [[ $state == argument ]]; then
        case $words[1] in
{"".join(map(zsh_command, subcommands))}        esac
    fi
}}

_prosa "$@"
"""
