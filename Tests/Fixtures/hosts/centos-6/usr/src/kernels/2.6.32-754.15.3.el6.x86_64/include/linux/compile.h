#define UTS_MACHINE "x86_64"
#define LINUX_COMPILER "gcc version 4.4.7 20120313 (Red Hat 4.4.7-23) (GCC) "
