package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"syscall"

	"partyline/actors/webhook"
	"partyline/gateway/ssrf"
)

// refusal is a failure with a sentence that may be shown to whoever owns the
// webhook. It never wraps an error of the network, whose text names addresses.
type refusal struct {
	failure webhook.Failure
	text    string
}

func (r *refusal) Error() string { return r.text }

var (
	errURL      = &refusal{webhook.FailureURL, "the URL is not valid"}
	errScheme   = &refusal{webhook.FailureURL, "the URL must begin with http:// or https://"}
	errUserinfo = &refusal{webhook.FailureURL, "the URL must not hold a user name or password"}
	errHeader   = &refusal{webhook.FailureURL, "the delivery's id or event cannot stand in a header"}
	errNoSecret = &refusal{webhook.FailureURL, "the webhook has no secret to sign with"}

	errAddress = &refusal{webhook.FailureAddress, "the host's address is not public, and this server does not allow webhooks to it"}

	errNoName  = &refusal{webhook.FailureDNS, "the host name does not exist"}
	errResolve = &refusal{webhook.FailureDNS, "the host name could not be resolved"}

	errRefused     = &refusal{webhook.FailureDial, "the connection was refused"}
	errUnreachable = &refusal{webhook.FailureDial, "the host cannot be reached"}
	errConnect     = &refusal{webhook.FailureDial, "the connection could not be made"}

	errAuthority = &refusal{webhook.FailureTLS, "the certificate is signed by an unknown authority"}
	errHostname  = &refusal{webhook.FailureTLS, "the certificate is for another host"}
	errExpired   = &refusal{webhook.FailureTLS, "the certificate is expired or not yet valid"}
	errInvalid   = &refusal{webhook.FailureTLS, "the certificate is not valid"}
	errNoTLS     = &refusal{webhook.FailureTLS, "the host does not speak TLS there"}
	errHandshake = &refusal{webhook.FailureTLS, "the TLS handshake failed; TLS 1.2 or later is needed"}
	errAlert     = &refusal{webhook.FailureTLS, "the host ended the TLS connection with an alert"}

	errCutOff    = &refusal{webhook.FailureHTTP, "the connection was closed before the answer was complete"}
	errNotHTTP   = &refusal{webhook.FailureHTTP, "the answer is not HTTP, or its headers are over 64 KiB"}
	errInternal  = &refusal{webhook.FailureHTTP, "the attempt failed inside this server; its log says more"}
	errNoPlace   = &refusal{webhook.FailureTimeout, "too many other attempts were under way"}
	errCalledOff = &refusal{webhook.FailureTimeout, "the attempt was called off before the answer was complete"}
)

// dialRefusal says why there is no connection.
func dialRefusal(err error) error {
	var r *refusal
	var name *net.DNSError
	switch {
	case errors.As(err, &r):
		return r
	case errors.Is(err, ssrf.ErrBlocked):
		return errAddress
	case errors.As(err, &name) && name.IsNotFound:
		return errNoName
	case errors.As(err, &name):
		return errResolve
	case errors.Is(err, syscall.ECONNREFUSED):
		return errRefused
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return errUnreachable
	}
	return errConnect
}

// tlsRefusal says why the connection could not be made safe.
func tlsRefusal(err error) error {
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

// httpRefusal says why there is no complete answer on a connection.
func httpRefusal(err error) *refusal {
	// TLS 1.3 clients are done before the host has judged them: its refusal comes when
	// the answer is read. The alert's own type is not exported.
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
