package lease_test

import "os"

var stopSignal, continueSignal os.Signal
