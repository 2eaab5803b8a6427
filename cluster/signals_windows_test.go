package cluster_test

import "os"

// There are no such signals: the test that sends them is skipped.
var stopSignal, continueSignal = os.Kill, os.Kill
