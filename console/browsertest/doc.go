// Package browsertest tests the page of package console in a browser.
package browsertest
