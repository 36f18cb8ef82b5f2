#define UTS_RELEASE "6.6.110-42.4.tl4.x86_64"
