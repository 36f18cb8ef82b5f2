#define UTS_RELEASE "6.11.0-rc1-P3"
