
_clap_complete_sigvet() {
    local IFS=$'\013'
    local _CLAP_COMPLETE_INDEX=${COMP_CWORD}
    local _CLAP_COMPLETE_COMP_TYPE=${COMP_TYPE}
    if compopt +o nospace 2> /dev/null; then
        local _CLAP_COMPLETE_SPACE=false
    else
        local _CLAP_COMPLETE_SPACE=true
    fi
    local words=("${COMP_WORDS[@]}")
    if [[ "${BASH_VERSINFO[0]}" -ge 4 ]]; then
        words[COMP_CWORD]="$2"
    fi
    COMPREPLY=( $( \
        _CLAP_IFS="$IFS" \
        _CLAP_COMPLETE_INDEX="$_CLAP_COMPLETE_INDEX" \
        _CLAP_COMPLETE_COMP_TYPE="$_CLAP_COMPLETE_COMP_TYPE" \
        _CLAP_COMPLETE_SPACE="$_CLAP_COMPLETE_SPACE" \
        COMPLETE="bash" \
        "sigvet" -- "${words[@]}" \
    ) )
    if [[ $? != 0 ]]; then
        unset COMPREPLY
    elif [[ $_CLAP_COMPLETE_SPACE == false ]] && [[ "${COMPREPLY-}" =~ [=/:]$ ]]; then
        compopt -o nospace
    fi
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _clap_complete_sigvet sigvet
else
    complete -o nospace -o bashdefault -F _clap_complete_sigvet sigvet
fi


# bash ends a word at ':' and '=', where values of sigvet go on: aws:NAME, NAME=VALUE. This puts the words together again, and
# takes away from what is offered the part that bash keeps.
_sigvet() {
    local rest=$COMP_LINE words=() trimmed piece= start= at
    for ((at = 0; at <= COMP_CWORD; at++)); do
        piece=${COMP_WORDS[at]}
        trimmed=${rest#"${rest%%[![:space:]]*}"}
        if ((at > 0)) && [[ $rest == "$trimmed" ]]; then
            start=${words[${#words[@]} - 1]}
            words[${#words[@]} - 1]+=$piece
        else
            start=
            words+=("$piece")
        fi
        rest=${trimmed#"$piece"}
    done
    # Behind a ':' or '=' there is nothing yet, and of '@' bash does not keep its word.
    if [[ $piece == [:=]* ]]; then
        start=$start$piece
        start=${start%"$2"}
    else
        start=${start%"${2%"$piece"}"}
    fi
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1))
    _clap_complete_sigvet "$1" "$start$2" "$3"
    COMPREPLY=("${COMPREPLY[@]#"$start"}")
    # Names of files are quoted where they have to be.
    [[ -e ${COMPREPLY[0]-} ]] && compopt -o filenames 2>/dev/null
    return 0
}
if [[ "${BASH_VERSINFO[0]}" -eq 4 && "${BASH_VERSINFO[1]}" -ge 4 || "${BASH_VERSINFO[0]}" -gt 4 ]]; then
    complete -o nospace -o bashdefault -o nosort -F _sigvet sigvet
else
    complete -o nospace -o bashdefault -F _sigvet sigvet
fi
