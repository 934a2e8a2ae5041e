#!/bin/sh
# Runs the program of this bundle, with its own Java, on a libtorch that this machine has. Needs no network.
#
#   ./sas COMMAND [OPTION...]      (./sas --help lists the commands; begin with ./sas self-check)
#
# Environment:
#   PYTORCH_LIBRARY_PATH  the folder of libtorch.so, or several with colons; the first that has it is taken.
#                         Unset: the torch of a Python installation is looked for, first that of SAS_PYTHON, of
#                         python3 and of python on PATH, then in the folders where installations usually lie.
#   SAS_PYTHON            the Python whose torch to take
#   PYTORCH_FLAVOR        cpu or cu128; unset: cu128 where libtorch has CUDA and there is an NVIDIA driver
#   SAS_TORCH_VERSION     any: try a libtorch of another version than the one this bundle was built for
#   SAS_CACHE_DIR         where links and unpacked libraries are kept; unset: the folder cache beside this script,
#                         or one in the home folder where that cannot be written
#   SAS_JAVA_OPTS         more options for the JVM, e.g. "-Xmx4g"; tensors live outside its heap
#   SAS_TF32              1: on a GPU, products of float32 round their factors to the 11 bits of TF32, which is
#                         faster; 0 or unset: they do not
#   SAS_PACKAGES_ROOT     the root below which /usr, /usr/local and /opt are searched; unset: /
#   SAS_QUIET             1: do not say what was found
#
# Exit code: the program's own; 1 where something is missing; 2 where a variable above is not valid.
set -eu

torch_version=2.7.1
cuda_flavor=cu128
main_class=io.github.sasblock.examples.cli.Sas

say() {
    printf 'sas: %s\n' "$*" >&2
}

tell() {
    [ "${SAS_QUIET:-0}" = 1 ] || say "$@"
}

fail() {
    code=$1
    shift
    say "$1"
    shift
    for line; do
        printf '     %s\n' "$line" >&2
    done
    exit "$code"
}

# Prints the folder that this script lies in, symbolic links resolved. (readlink -f is not everywhere.)
find_home() {
    script=$0
    while [ -h "$script" ]; do
        target=$(readlink "$script")
        case $target in
            /*) script=$target ;;
            *) script=$(dirname -- "$script")/$target ;;
        esac
    done
    CDPATH='' cd -- "$(dirname -- "$script")" && pwd -P
}

# Sets libtorch and origin from a list of folders, each that of libtorch.so, or one above it.
search_library_path() {
    rest=$1:
    while [ -n "$rest" ]; do
        folder=${rest%%:*}
        rest=${rest#*:}
        for candidate in "$folder" "$folder/lib" "$folder/torch/lib"; do
            [ -f "$candidate/libtorch.so" ] || continue
            libtorch=$candidate
            origin=PYTORCH_LIBRARY_PATH
            return 0
        done
    done
    return 1
}

# Asks a Python where its torch is, without importing it.
ask_python() {
    "$1" -c '
import importlib.util
spec = importlib.util.find_spec("torch")
if spec and spec.submodule_search_locations:
    print(list(spec.submodule_search_locations)[0])
' 2>/dev/null
}

# Sets libtorch and origin from the first Python that has a torch.
search_python() {
    for python in ${SAS_PYTHON:+"$SAS_PYTHON"} python3 python; do
        command -v "$python" >/dev/null 2>&1 || continue
        looked="$looked, $python"
        torch=$(ask_python "$python") || continue
        [ -f "${torch:-/nowhere}/lib/libtorch.so" ] || continue
        libtorch=$torch/lib
        origin="the torch of $python"
        return 0
    done
    return 1
}

# Sets libtorch and origin from the folders where Python installations keep packages.
search_folders() {
    for packages in \
        "${VIRTUAL_ENV:-/nowhere}"/lib/python3*/site-packages \
        "${CONDA_PREFIX:-/nowhere}"/lib/python3*/site-packages \
        "${HOME:-/nowhere}"/.local/lib/python3*/site-packages \
        "${HOME:-/nowhere}"/*conda3/lib/python3*/site-packages \
        "$packages_root"/usr/local/lib/python3*/site-packages \
        "$packages_root"/usr/local/lib/python3*/dist-packages \
        "$packages_root"/usr/lib/python3*/site-packages \
        "$packages_root"/usr/lib/python3/dist-packages \
        "$packages_root"/opt/*/lib/python3*/site-packages; do
        [ -f "$packages/torch/lib/libtorch.so" ] || continue
        libtorch=$packages/torch/lib
        origin="a torch in $packages"
        return 0
    done
    return 1
}

find_libtorch() {
    looked=
    if [ -n "${PYTORCH_LIBRARY_PATH:-}" ]; then
        search_library_path "$PYTORCH_LIBRARY_PATH" ||
            fail 2 "PYTORCH_LIBRARY_PATH = $PYTORCH_LIBRARY_PATH: there is no libtorch.so, nor in lib or torch/lib below"
    else
        search_python || search_folders ||
            fail 1 "found no libtorch. Looked for the package torch in: site-packages of the usual places$looked." \
                "Install PyTorch $torch_version for Python, set SAS_PYTHON to the Python that has it, or set" \
                "PYTORCH_LIBRARY_PATH to the folder of libtorch.so."
    fi
    libtorch=$(CDPATH='' cd -- "$libtorch" && pwd -P)
}

# Prints the version of libtorch, or nothing where it cannot be told: from the Python package, from the file beside
# the folder of a libtorch archive, or from the name of a folder of DJL's.
find_version() {
    if [ -f "$libtorch/../version.py" ]; then
        sed -n "s/^__version__.*= *['\"]\([^'\"]*\)['\"].*/\1/p" "$libtorch/../version.py" | head -n 1
    elif [ -f "$libtorch/../build-version" ]; then
        head -n 1 "$libtorch/../build-version"
    else
        printf '%s\n' "${libtorch##*/}" | sed -n 's/^\([0-9]*\.[0-9]*\.[0-9]*\)-.*/\1/p'
    fi
}

check_version() {
    version=$(find_version)
    case $version in
        "$torch_version" | "$torch_version"[!0-9]* | '') ;;
        *)
            [ "${SAS_TORCH_VERSION:-}" = any ] ||
                fail 1 "the libtorch in $libtorch is version $version, and this bundle is built for $torch_version." \
                    "Its C++ interface differs between versions. Install torch==$torch_version in a Python of its own" \
                    "and set SAS_PYTHON to that; or set SAS_TORCH_VERSION=any to try this one."
            say "libtorch is $version, not $torch_version: trying, since SAS_TORCH_VERSION=any"
            ;;
    esac
}

has_driver() {
    [ -e /dev/nvidiactl ] || [ -e /dev/dxg ]
}

# Sets flavor.
choose_flavor() {
    flavor=${PYTORCH_FLAVOR:-}
    case $flavor in
        cpu) ;;
        "$cuda_flavor")
            [ -f "$libtorch/libtorch_cuda.so" ] ||
                fail 1 "PYTORCH_FLAVOR = $flavor, but the libtorch in $libtorch has no CUDA: there is no libtorch_cuda.so"
            ;;
        '')
            flavor=cpu
            if [ ! -f "$libtorch/libtorch_cuda.so" ]; then
                reason='this libtorch has no CUDA'
            elif has_driver; then
                flavor=$cuda_flavor
            else
                reason='there is no NVIDIA driver: no /dev/nvidiactl'
            fi
            ;;
        *) fail 2 "PYTORCH_FLAVOR = $flavor: expected cpu or $cuda_flavor" ;;
    esac
}

# Sets cache.
choose_cache() {
    if [ -n "${SAS_CACHE_DIR:-}" ]; then
        cache=$SAS_CACHE_DIR
    elif [ -w "$home" ]; then
        cache=$home/cache
    else
        cache=${XDG_CACHE_HOME:-${HOME:-/tmp}/.cache}/sas-block
    fi
    mkdir -p "$cache" || fail 1 "cannot write $cache; set SAS_CACHE_DIR to a folder that can be written"
}

has_cuda_library() {
    for name in cudart cublas cudnn cufft cufile cupti curand cusolver cusparse cusparseLt nccl nvrtc nvJitLink \
        nvToolsExt; do
        for library in "$1/lib$name.so"*; do
            [ ! -e "$library" ] || return 0
        done
    done
    return 1
}

# Prints the folders with CUDA's libraries, a colon after each: those of Python's packages, of a Conda environment, and
# of CUDA's own installation.
cuda_folders() {
    for folder in "$libtorch"/../../nvidia/*/lib "$libtorch"/../../cusparselt/lib "$libtorch"/../../../../../lib \
        "$packages_root"/usr/local/cuda/lib64 "$packages_root"/usr/local/cuda/targets/x86_64-linux/lib; do
        has_cuda_library "$folder" || continue
        printf '%s:' "$(CDPATH='' cd -- "$folder" && pwd -P)"
    done
}

# Sets cudart to the library of the CUDA runtime, which DJL asks for GPUs.
find_cudart() {
    cudart=
    rest=$libtorch:$cuda_path
    while [ -n "$rest" ]; do
        folder=${rest%%:*}
        rest=${rest#*:}
        for library in "$folder"/libcudart.so.12* "$folder"/libcudart-*.so.12* "$folder"/libcudart.so.1[3-9]* \
            "$folder"/libcudart.so; do
            [ -f "$library" ] || continue
            cudart=$library
            return
        done
    done
}

# Links what DJL is to load into a folder of its own, the JNI library among it. It loads whatever lies there, so
# Python's own libraries and the tests of PyTorch stay out.
make_links() {
    mkdir "$1"
    for library in "$libtorch"/lib*.so*; do
        case ${library##*/} in
            libtorch_python.so | libshm.so | *_test.so | libbackend_with_compiler.so | libaoti_custom_ops.so) ;;
            *nvshmem*) ;;
            libcaffe2_nvrtc.so) [ "$flavor" = cpu ] || ln -s "$library" "$1/" ;;
            *) ln -s "$library" "$1/" ;;
        esac
    done
    [ -z "$cudart" ] || ln -sf "$cudart" "$1/libcudart.so"
    ln -sf "$home/jni/$flavor/libdjl_torch.so" "$1/libdjl_torch.so"
}

# Sets links to the folder, which is made in one step: several programs may start at once.
prepare_links() {
    key=$(printf '%s %s %s %s' "$home" "$libtorch" "$flavor" "$cudart" | cksum)
    links=$cache/libtorch-$flavor-${key%% *}
    fresh=0
    for link in "$links"/*; do
        [ -e "$link" ] || rm -rf "$links" # leads nowhere any more
    done
    [ ! -d "$links" ] || return 0
    fresh=1
    make_links "$links.$$"
    mv "$links.$$" "$links" 2>/dev/null || rm -rf "$links.$$"
    # Where another program was faster, mv put the folder inside the other's.
    rm -rf "$links/${links##*/}.$$"
}

# Says which libraries cannot be found, before the program fails with the first of them.
check_libraries() {
    command -v ldd >/dev/null 2>&1 || return 0
    missing=$(
        for library in libdjl_torch.so libtorch_cpu.so libtorch.so; do
            ldd "$links/$library" 2>&1 | sed -n 's/^[[:space:]]*\(.*\) => not found.*/\1/p; s/^.*: \(.*not found\).*/\1/p'
        done | sort -u
    )
    [ -z "$missing" ] || {
        say 'libtorch needs libraries that were not found:'
        printf '%s\n' "$missing" | sed 's/^/       /' >&2
        say "looked in: $LD_LIBRARY_PATH and the system's folders"
    }
}

check_java() {
    report=$("$java" -version 2>&1) ||
        fail 1 "the Java of this bundle does not run here:" "$report" \
            "It is that of the machine that made the bundle; make it with a JDK built for older systems."
}

case ${SAS_TF32:-0} in
    0) ;;
    1) export TORCH_ALLOW_TF32_CUBLAS_OVERRIDE=1 ;; # libtorch reads it when it starts
    *) fail 2 "SAS_TF32 = $SAS_TF32: expected 0 or 1" ;;
esac
home=$(find_home)
packages_root=${SAS_PACKAGES_ROOT:-}
java=$home/runtime/bin/java
[ -x "$java" ] || fail 1 "there is no $java: unpack the whole archive"
[ "$(uname -s) $(uname -m)" = 'Linux x86_64' ] || fail 1 "this bundle is for Linux x86_64, and this is $(uname -s) $(uname -m)"
find_libtorch
check_version
choose_flavor
choose_cache
cuda_path=
cudart=
if [ "$flavor" != cpu ] || [ -f "$libtorch/libtorch_cuda.so" ]; then
    cuda_path=$(cuda_folders)
fi
[ "$flavor" = cpu ] || find_cudart
prepare_links

tell "libtorch ${version:-of unknown version} in $libtorch ($origin)"
if [ "$flavor" = cpu ]; then
    tell "runs on the CPU${reason:+: $reason}"
elif [ -n "$cudart" ]; then
    tell "runs on CUDA, with $cudart"
else
    say "found no libcudart.so.12: DJL will see no GPU. Looked in $libtorch:$cuda_path"
fi

PYTORCH_LIBRARY_PATH=$links
PYTORCH_VERSION=$torch_version
PYTORCH_FLAVOR=$flavor
LD_LIBRARY_PATH=$links:$cuda_path${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH}
DJL_CACHE_DIR=${DJL_CACHE_DIR:-$cache/djl}
DJL_OFFLINE=true
OPT_OUT_TRACKING=true
RUST_FLAVOR=cpu
OMP_WAIT_POLICY=${OMP_WAIT_POLICY:-passive}
MALLOC_MMAP_THRESHOLD_=${MALLOC_MMAP_THRESHOLD_:-1073741824}
MALLOC_TRIM_THRESHOLD_=${MALLOC_TRIM_THRESHOLD_:-2147483647}
GLIBC_TUNABLES=${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1}
MALLOC_TOP_PAD_=${MALLOC_TOP_PAD_:-67108864}
export PYTORCH_LIBRARY_PATH PYTORCH_VERSION PYTORCH_FLAVOR LD_LIBRARY_PATH DJL_CACHE_DIR DJL_OFFLINE OPT_OUT_TRACKING \
    RUST_FLAVOR OMP_WAIT_POLICY MALLOC_MMAP_THRESHOLD_ MALLOC_TRIM_THRESHOLD_ GLIBC_TUNABLES MALLOC_TOP_PAD_
if [ "$fresh" = 1 ] || [ "${1:-}" = self-check ]; then
    check_java
    check_libraries
fi
# In place of this shell, so that signals reach the program and its exit code is the one seen.
# shellcheck disable=SC2086 # SAS_JAVA_OPTS is a list of words
exec "$java" -Xmx1g -Djava.awt.headless=true --enable-native-access=ALL-UNNAMED \
    -Dai.djl.pytorch.graph_optimizer=false ${SAS_JAVA_OPTS:-} \
    -cp "$home/lib/*" "$main_class" "$@"
