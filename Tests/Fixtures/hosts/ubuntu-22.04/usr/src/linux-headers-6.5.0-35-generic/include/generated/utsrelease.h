#define UTS_RELEASE "6.5.0-35-generic"
