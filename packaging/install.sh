#!/bin/sh
# Register Campaign Canvas for this user: a menu entry, its icon, and *.campaign.json opens with it.
# Run it where the folder is to stay; run it again after moving the folder. With --remove it is taken back.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
share=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$share/applications/campaign-canvas.desktop
icon=$share/icons/hicolor/256x256/apps/campaign-canvas.png
type=$share/mime/packages/campaign-canvas.xml

if [ "${1:-}" = --remove ]; then
    rm -f "$entry" "$icon" "$type"
else
    mkdir -p "$(dirname "$entry")" "$(dirname "$icon")" "$(dirname "$type")"
    # In an entry, a program with spaces in its path stands in quotes.
    sed "s|^Exec=campaign-canvas|Exec=\"$here/campaign-canvas\"|" "$here/campaign-canvas.desktop" > "$entry"
    cp "$here/campaign-canvas.png" "$icon"
    cp "$here/campaign-canvas.xml" "$type"
fi
# Desktops that keep no such lists have neither program.
command -v update-mime-database > /dev/null && update-mime-database "$share/mime" || true
command -v update-desktop-database > /dev/null && update-desktop-database "$share/applications" || true
