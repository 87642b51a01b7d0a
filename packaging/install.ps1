# Untested: nobody has run this on Windows yet.
# Register Campaign Canvas for this user: a start menu entry, and *.campaign.json under "Open with".
# Windows knows a file by what follows its last dot, so the type is .json and the program is offered, not forced.
$ErrorActionPreference = "Stop"
$program = Join-Path $PSScriptRoot "campaign-canvas.exe"
$menu = Join-Path ([Environment]::GetFolderPath("Programs")) "Campaign Canvas.lnk"
$shortcut = (New-Object -ComObject WScript.Shell).CreateShortcut($menu)
$shortcut.TargetPath = $program
$shortcut.Save()
$key = "HKCU:\Software\Classes\Applications\campaign-canvas.exe"
New-Item -Force "$key\shell\open\command" -Value "`"$program`" `"%1`"" | Out-Null
New-Item -Force "$key\SupportedTypes" | Out-Null
New-ItemProperty -Force "$key\SupportedTypes" -Name ".json" -Value "" | Out-Null
