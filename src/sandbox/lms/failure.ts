/** What an error answer says besides its code and message. */
export interface FailureDetails {
  /** Field of the request that is wrong. */
  field?: string;
  /** Id of the object that already has the value. */
  existingId?: string;
  headers?: Record<string, string>;
}

/** A request, or one item of a batch, that the LMS refuses: HTTP status, code and message of the README's table. */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: FailureDetails;

  constructor(status: number, code: string, message: string, details: FailureDetails = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** 422: a field has a wrong value. */
export function invalid(field: string, message: string): ApiFailure {
  return new ApiFailure(422, 'invalid', message, { field });
}

/** 404: no object with that id. */
export function notFound(what: string): ApiFailure {
  return new ApiFailure(404, 'not_found', `There is no such ${what}.`);
}

/** 412: the caller knows an older version. */
export function versionConflict(what: string, version: number): ApiFailure {
  return new ApiFailure(412, 'version_conflict', `The ${what} is at version ${version}.`);
}
