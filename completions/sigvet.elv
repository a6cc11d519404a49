
set edit:completion:arg-completer[sigvet] = { |@words|
    var index = (count $words)
    set index = (- $index 1)

    put (env _CLAP_IFS="\n" _CLAP_COMPLETE_INDEX=(to-string $index) COMPLETE="elvish" sigvet -- $@words) | to-lines
}

