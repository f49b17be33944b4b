# Which database is meant: DATABASE_URL, else its line in .env, else db.sqlite3, as manage.py has it. Sourced by
# tools/backup and tools/restore, which stand in the folder of this file's folder then.
address=${DATABASE_URL:-}
if [ -z "$address" ] && [ -f .env ]; then
    address=$(sed -n 's/^[[:space:]]*DATABASE_URL[[:space:]]*=[[:space:]]*//p' .env | tail -n 1 | tr -d "\"'")
fi
address=${address:-sqlite:///db.sqlite3}
python=.venv/bin/python
[ -x "$python" ] || python=python3
case $address in
    sqlite:///*) kind=sqlite path=${address#sqlite:///} path=${path%%\?*} ;;
    postgres://* | postgresql://*) kind=postgresql ;;
    *) echo "DATABASE_URL is neither postgres://… nor sqlite:///…" >&2; exit 2 ;;
esac
