#!/bin/sh
# 在没有软件源的机器上安装：sh install.sh [目录]，默认装到 ~/cadre-policy-assistant
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-"$HOME/cadre-policy-assistant"}
python=${PYTHON:-python3}

if ! made_for=$(cat "$here/PYTHON"); then
    echo "安装包不完整：缺少 PYTHON 文件。请重新拷贝整个文件夹。" >&2; exit 1
fi
here_is=$("$python" -c 'import platform, sys; print("%d.%d %s %s" % (*sys.version_info[:2], platform.system(), platform.machine()))') || {
    echo "找不到 $python。请先安装 Python，或用 PYTHON=/路径/python3 指定。" >&2; exit 1; }
if [ "$made_for" != "$here_is" ]; then
    echo "这个安装包是为 $made_for 做的，本机是 $here_is。请用 PYTHON=/路径/python3 指定同版本的 Python，或在同样的机器上重做安装包。" >&2; exit 1
fi
(cd "$here" && sha256sum --quiet -c SHA256SUMS) || { echo "安装包的文件有缺损。请重新拷贝整个文件夹。" >&2; exit 1; }

"$python" -m venv "$target"
# No configuration of this machine may add a package source.
PIP_CONFIG_FILE=/dev/null "$target/bin/python" -m pip --isolated install --quiet --no-index --find-links "$here/wheels" \
    --disable-pip-version-check cadre-policy-assistant

echo "装好了。启动服务：$target/bin/assistant serve"
echo "提一个问题：$target/bin/assistant ask \"高明多久对干部考核评价一次？\""
