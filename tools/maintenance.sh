# Read-only maintenance (web/maintenance.py) for tools/restore, also where no Python is. Sourced after
# tools/database_address.sh: MAINTENANCE_FOLDER, else its line in .env, else var.
folder=${MAINTENANCE_FOLDER:-}
if [ -z "$folder" ] && [ -f .env ]; then
    folder=$(sed -n 's/^[[:space:]]*MAINTENANCE_FOLDER[[:space:]]*=[[:space:]]*//p' .env | tail -n 1 | tr -d "\"'")
fi
maintenance=${folder:-var}/maintenance.json

# What was announced before comes back where the restore did not happen; what was read-only before stays untouched.
begin_read_only() {
    if grep -qs '"mode": "read-only"' "$maintenance"; then return; fi
    mkdir -p "${maintenance%/*}"
    if [ -f "$maintenance" ]; then mv "$maintenance" "$maintenance.before"; fi
    echo '{"mode": "read-only"}' >"$maintenance.part"
    chmod 644 "$maintenance.part"
    mv "$maintenance.part" "$maintenance"
    trap undo_read_only EXIT
}

undo_read_only() {
    if [ -f "$maintenance.before" ]; then mv "$maintenance.before" "$maintenance"; else rm -f "$maintenance"; fi
}

keep_read_only() {
    trap - EXIT
    rm -f "$maintenance.before"
}
