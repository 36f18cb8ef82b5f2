#define UTS_MACHINE "x86_64"
#define LINUX_COMPILER "gcc version 8.4.1 20200928 (Red Hat 8.4.1-1) (GCC)"
