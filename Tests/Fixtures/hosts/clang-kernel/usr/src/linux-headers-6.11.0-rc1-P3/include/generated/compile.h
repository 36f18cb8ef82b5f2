#define UTS_MACHINE "x86_64"
#define LINUX_COMPILER "clang version 18.1.8, LLD 18.1.8"
