/** Core's IndexedDB interface over nothing: a shared computer's browser keeps no one's basket. */
export class NoIndexedDB {
    create() {
        return Promise.resolve();
    }

    delete() {
        return Promise.resolve();
    }

    readAll() {
        return Promise.resolve({});
    }

    reset() {
        return true;
    }
}
