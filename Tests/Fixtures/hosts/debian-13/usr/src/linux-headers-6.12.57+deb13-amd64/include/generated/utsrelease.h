#define UTS_RELEASE "6.12.57+deb13-amd64"
