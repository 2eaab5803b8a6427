// Package program finds the programs that belong to the command edo and are modules of their own, so that edo needs none
// of what they import: edovet, edo-work, edo-top.
//
//	file, err := program.Find("edo-top", "github.com/edo-go/edo/cmd/edo/edo-top", "", os.Stderr)
//
// It is for commands of edo. Other programs are installed, and found in the path.
package program
