// Package tools pins the versions of the tools that check edo, so that the go.mod of the
// core has no requirements. From the root of the repository:
//
//	go tool staticcheck ./...
//	go tool benchstat OLD NEW
package tools
