# The same source built and installed by DKMS and by toa, for benchmarks/install.sh.
suite trixie
no-slower-than-dkms
