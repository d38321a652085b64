"""``python -m assistant.embedding train --pairs DIR --out DIR``: the built-in model made again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path


def main(argv: list[str]) -> int:
    """Run one of the commands; 2 when what it needs is not there."""
    parser = argparse.ArgumentParser(prog="python -m assistant.embedding", description="训练内置向量模型")
    commands = parser.add_subparsers(dest="command", required=True)
    train = commands.add_parser("train", help="用配对数据训练一个模型目录")
    train.add_argument("--pairs", type=Path, required=True, help="含 X.pairs.jsonl[.gz] 的目录")
    train.add_argument("--out", type=Path, required=True, help="写到哪个目录")
    train.add_argument("--name", default="policy-static-256-v1", help="模型名，写进索引")
    train.add_argument("--seed", type=int, default=None)
    train.add_argument("--hold", default="0/20", help="留出哪一份问题画学习曲线，如 0/20；none 表示不留")
    for name, what in (("rank", "在留出的问题上训练排序器"), ("doubt", "在留出的问题上训练“库中没有答案”的判断")):
        after = commands.add_parser(name, help=what)
        after.add_argument("--pairs", type=Path, required=True, help="含 X.pairs.jsonl[.gz] 的目录")
        after.add_argument("--model", type=Path, required=True, help="train --hold 同一份时得到的模型目录")
        after.add_argument("--hold", required=True, help="留出的那一份，如 0/5")
        after.add_argument("--out", type=Path, required=True, help="写到哪个文件")
    given = parser.parse_args(argv)
    if not given.pairs.is_dir() or not any(given.pairs.glob("*.pairs.jsonl*")):
        print(f"{given.pairs} 里没有 X.pairs.jsonl 或 X.pairs.jsonl.gz。请给出配对数据所在的目录。")
        return 2
    try:
        from assistant.embedding import making, recipe
    except ImportError:
        print("训练需要扩展 models。请运行：pip install 'cadre-policy-assistant[models]'")
        return 2
    fold, folds = (-1, 20) if given.hold == "none" else map(int, given.hold.split("/"))
    if given.command != "train":
        from assistant.embedding import doubting, weighing

        (weighing if given.command == "rank" else doubting).train(given.pairs, given.model, fold, folds, given.out)
        return 0
    given.out.mkdir(parents=True, exist_ok=True)
    making.train(given.pairs, given.out, name=given.name, fold=fold, folds=folds, seed=recipe.SEED if given.seed is None else given.seed)
    print(f"已写入 {given.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
