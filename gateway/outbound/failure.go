package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"

	"partyline/actors/rules/webhook"
	"partyline/gateway/ssrf"
)

// failure is the kind of a failure and a sentence that may be shown to the webhook's owner. It
// never wraps an error of the network, whose text names addresses.
type failure struct {
	kind webhook.Failure
	text string
}

func (f *failure) Error() string { return f.text }

var (
	errURL      = &failure{webhook.FailureURL, "the URL is not valid"}
	errScheme   = &failure{webhook.FailureURL, "the URL must begin with http:// or https://"}
	errUserinfo = &failure{webhook.FailureURL, "the URL must not hold a user name or password"}
	errHeader   = &failure{webhook.FailureURL, "the delivery's id or event cannot be sent in a header"}
	errNoSecret = &failure{webhook.FailureURL, "the webhook has no secret to sign with"}

	errAddress = &failure{webhook.FailureAddress, "the host's address is not public, and this server does not allow webhooks to it"}

	errUnknownHost = &failure{webhook.FailureDNS, "the host name does not exist"}
	errResolve     = &failure{webhook.FailureDNS, "the host name could not be resolved"}

	errRefused     = &failure{webhook.FailureDial, "the connection was refused"}
	errUnreachable = &failure{webhook.FailureDial, "the host cannot be reached"}
	errConnect     = &failure{webhook.FailureDial, "the connection could not be made"}

	errAuthority = &failure{webhook.FailureTLS, "the certificate is signed by an unknown authority"}
	errHostname  = &failure{webhook.FailureTLS, "the certificate is for another host"}
	errExpired   = &failure{webhook.FailureTLS, "the certificate is expired or not yet valid"}
	errInvalid   = &failure{webhook.FailureTLS, "the certificate is not valid"}
	errNoTLS     = &failure{webhook.FailureTLS, "the host does not speak TLS there"}
	errHandshake = &failure{webhook.FailureTLS, "the TLS handshake failed; TLS 1.2 or later is needed"}
	errAlert     = &failure{webhook.FailureTLS, "the host ended the TLS connection with an alert"}

	errCutOff          = &failure{webhook.FailureHTTP, "the connection was closed before the response was complete"}
	errNotHTTP         = &failure{webhook.FailureHTTP, "the response is not HTTP, or its headers are over 64 KiB"}
	errInternal        = &failure{webhook.FailureHTTP, "the attempt failed inside this server; its log says more"}
	errTooManyAttempts = &failure{webhook.FailureTimeout, "too many other attempts were under way"}
	errCanceled        = &failure{webhook.FailureTimeout, "the attempt was canceled before the response was complete"}
)

// dialFailure classifies an error of connecting.
func dialFailure(err error) error {
	var f *failure
	var name *net.DNSError
	switch {
	case errors.As(err, &f):
		return f
	case errors.Is(err, ssrf.ErrBlocked):
		return errAddress
	case errors.As(err, &name) && name.IsNotFound:
		return errUnknownHost
	case errors.As(err, &name):
		return errResolve
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return errUnreachable
	}
	return errConnect
}

// tlsFailure classifies an error of the TLS handshake.
func tlsFailure(err error) error {
	var authority x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &authority):
		return errAuthority
	case errors.As(err, &host):
		return errHostname
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return errExpired
	case errors.As(err, &invalid):
		return errInvalid
	case errors.As(err, &record):
		return errNoTLS
	}
	return errHandshake
}

// httpFailure classifies an error on a connection that was made.
func httpFailure(err error) *failure {
	// TLS 1.3 clients finish the handshake before the server has checked them: its alert
	// comes when the response is read. The alert's own type is not exported.
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" {
		return errAlert
	}
	for _, cut := range []error{io.EOF, io.ErrUnexpectedEOF, syscall.ECONNRESET, syscall.EPIPE} {
		if errors.Is(err, cut) {
			return errCutOff
		}
	}
	return errNotHTTP
}
