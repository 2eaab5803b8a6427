// Package tools pins the tools that edo is checked with, so that the core's
// go.mod stays without requirements. From the root of the repository:
//
//	go tool staticcheck ./...
//	go tool benchstat OLD NEW
package tools
