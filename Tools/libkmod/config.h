/* SPDX-License-Identifier: Apache-2.0 */
/* What kmod's configure would find on any Debian with glibc 2.25 or newer, so that no autotools are needed. */
#define _GNU_SOURCE 1
#define _FILE_OFFSET_BITS 64

#define ENABLE_LOGGING 1
#define ENABLE_XZ 1
#define ENABLE_ZLIB 1
#define ENABLE_ZSTD 1
#define KMOD_FEATURES "+ZSTD +XZ +ZLIB -LIBCRYPTO -EXPERIMENTAL"

#define HAVE_DECL_BE32TOH 1
#define HAVE_DECL_STRNDUPA 1
#define HAVE_LINUX_MODULE_H 1
#define HAVE_NORETURN 1
#define HAVE_SECURE_GETENV 1
#define HAVE_STATIC_ASSERT 1
#define HAVE_STRUCT_STAT_ST_MTIM 1
#define HAVE___BUILTIN_CLZ 1
#define HAVE___BUILTIN_TYPES_COMPATIBLE_P 1
#define HAVE___BUILTIN_UADDLL_OVERFLOW 1
#define HAVE___BUILTIN_UADDL_OVERFLOW 1
