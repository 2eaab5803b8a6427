// Package cell brings text into the cells of a terminal: it cuts and breaks text by its width there, and has what a terminal would
// obey written out.
//
//	line := cell.Fit(task.Name, 20) // exactly 20 cells, whatever the name is
//
// Every text of the watched program passes through Cut, Fit or Wrap on its way to the screen. Styles are put around what
// comes out of them.
package cell
