#!/bin/sh
# Untested: nobody has run this on macOS yet.
# Put the folder where applications are, with a command that starts it.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target="$HOME/Applications/Campaign Canvas"
mkdir -p "$HOME/Applications"
cp -R "$here" "$target"
mkdir -p "$HOME/bin"
ln -sf "$target/campaign-canvas" "$HOME/bin/campaign-canvas"
