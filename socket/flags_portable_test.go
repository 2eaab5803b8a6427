//go:build !linux || portable

package socket_test

func init() { portable = true }
