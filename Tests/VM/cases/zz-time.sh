. "$CASES/lib"
sh "${CASES%/cases}/snapshot.sh" "$STATE/before"
systemd-analyze
fail end
