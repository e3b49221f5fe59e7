/**
 * HTTP client of the till program.
 */
import { _t } from "@web/core/l10n/translation";

const UNREACHABLE = _t(
    "The till does not answer. Check that the till program is started on this computer, then try again."
);
const TIMEOUT = _t("The till takes too long to answer.");
const UNREADABLE = _t("The till answered something nobody understands. Reload the screen (F5).");

/**
 * A call that did not succeed. `code` is stable (docs/formats.md §5, or `unreachable`, `timeout`,
 * `unreadable`); `message` is for the cashier. `certain` is true when the till is known to have done nothing.
 */
export class TillError extends Error {
    constructor(code, message, { details = {}, status = 0, certain = false } = {}) {
        super(String(message));
        this.name = "TillError";
        this.code = code;
        this.details = details;
        this.status = status;
        this.certain = certain;
    }
}

export class TillClient {
    /**
     * @param {Object} options
     * @param {Function} options.fetch
     * @param {string} options.pageUrl any page of the till: loading it renews the session cookie
     * @param {Function} [options.token] returns the cashier's token, "" when nobody is logged in
     */
    constructor({ fetch, pageUrl, token = () => "" }) {
        this.fetch = fetch;
        this.pageUrl = pageUrl;
        this.token = token;
    }

    get(path, options = {}) {
        return this.request("GET", path, undefined, options);
    }

    post(path, body, options = {}) {
        return this.request("POST", path, body, options);
    }

    put(path, body, options = {}) {
        return this.request("PUT", path, body, options);
    }

    delete(path, options = {}) {
        return this.request("DELETE", path, undefined, options);
    }

    /** Returns the JSON answer, throws a TillError. A till program restarted meanwhile is no error. */
    async request(method, path, body, { timeout = 15000 } = {}) {
        try {
            return await this._once(method, path, body, timeout);
        } catch (error) {
            if (error.code !== "session_expired") {
                throw error;
            }
            await this._renewSession();
            return await this._once(method, path, body, timeout);
        }
    }

    async _once(method, path, body, timeout) {
        const abort = new AbortController();
        let expired = false;
        const timer = setTimeout(() => {
            expired = true;
            abort.abort();
        }, timeout);
        const headers = { Accept: "application/json" };
        if (body !== undefined) {
            headers["Content-Type"] = "application/json";
        }
        if (this.token()) {
            headers["X-Escarcelle-Cashier"] = this.token();
        }
        let response, text;
        try {
            response = await this.fetch(path, {
                method,
                headers,
                body: body === undefined ? undefined : JSON.stringify(body),
                signal: abort.signal,
                cache: "no-store",
                credentials: "same-origin",
            });
            text = await response.text();
        } catch {
            throw expired
                ? new TillError("timeout", TIMEOUT)
                : new TillError("unreachable", UNREACHABLE);
        } finally {
            clearTimeout(timer);
        }
        return this._read(response, text);
    }

    _read(response, text) {
        let data;
        try {
            data = text ? JSON.parse(text) : {};
        } catch {
            data = undefined;
        }
        if (response.ok && data !== undefined) {
            return data;
        }
        const error = data?.error;
        if (!error?.code) {
            throw new TillError("unreadable", UNREADABLE, { status: response.status });
        }
        throw new TillError(error.code, error.message, {
            details: error.details || {},
            status: response.status,
            // 4xx: refused before anything was done. 5xx: the till itself does not know.
            certain: response.status >= 400 && response.status < 500,
        });
    }

    async _renewSession() {
        try {
            await this.fetch(this.pageUrl, { cache: "no-store", credentials: "same-origin" });
        } catch {
            throw new TillError("unreachable", UNREACHABLE);
        }
    }
}
