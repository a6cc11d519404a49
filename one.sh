grep -F "\"id\": \"$1\"" a1.jsonl | $S verify --json --now 20260301T101500Z
