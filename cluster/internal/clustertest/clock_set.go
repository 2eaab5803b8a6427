//go:build edo_clock

package clustertest

import "time"

func setClock(by time.Duration) { time.Shift(int64(by / time.Second)) }
