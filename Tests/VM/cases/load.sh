. "$CASES/lib"
toa load
