#define UTS_MACHINE "x86_64"
#define LINUX_COMPILER "gcc version 8.5.0 20210514 (Red Hat 8.5.0-4) (GCC)"
