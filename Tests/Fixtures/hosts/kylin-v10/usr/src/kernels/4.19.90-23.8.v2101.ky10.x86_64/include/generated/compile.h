#define UTS_MACHINE "x86_64"
#define LINUX_COMPILER "gcc version 7.3.0 (GCC)"
