#!/bin/sh
# Compiles the programs for the kernel into a folder: this one, unless another is named.
# The same sources and the same compiler give the same bytes everywhere, so that anybody can see that the
# committed objects are these sources. `made.txt` names the compiler and every file's digest.
# Needs Debian 12's clang-16 and llvm-16. After a change of the sources: run it, and commit what it made.
set -eu
cd "$(dirname "$0")"
into=${1:-.}

for name in cut walk; do
	clang-16 -target bpf -mcpu=v3 -O2 -g -ffile-compilation-dir=. -Wall -Wextra -Werror -c "$name.c" -o "$into/$name.o"
	# The line numbers of the debugger go; those that the kernel's verifier shows stay.
	llvm-strip-16 -g -x "$into/$name.o"
done
{
	echo "# $(clang-16 --version | head -n 1)"
	sha256sum cut.c walk.c kernel.h make.sh
	(cd "$into" && sha256sum cut.o walk.o)
} >"$into/made.txt"
