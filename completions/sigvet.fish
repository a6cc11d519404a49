complete --keep-order --exclusive --command sigvet --arguments "(COMPLETE=fish sigvet -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
