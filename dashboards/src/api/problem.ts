/** An error as the server tells it (RFC 9457), or as the browser finds it. */
export class ProblemError extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly hint: string = '',
    /** 0-based offset into the query text. */
    readonly position: number | null = null,
    /** Stable name of the kind of problem, such as `query` or `unknown-name`. */
    readonly kind: string = '',
    /** Detail and hint in Chinese; empty where the platform has them in English alone. */
    readonly zh: string = '',
  ) {
    super(detail || title)
  }

  static of(status: number, body: unknown): ProblemError {
    const said = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>
    const text = (name: string): string => (typeof said[name] === 'string' ? said[name] : '')
    const position = typeof said.position === 'number' ? said.position : null
    return new ProblemError(status, text('title') || `HTTP ${status}`, text('detail'), text('hint'), position, text('type').replace(/^urn:liaowang:problem:/, ''), text('zh'))
  }

  /** No answer came: the server is down or the line is cut. */
  static unreachable(): ProblemError {
    return new ProblemError(0, '', '')
  }

  /** Whether asking again may help. */
  get passing(): boolean {
    return this.status === 0 || this.status === 503
  }
}
